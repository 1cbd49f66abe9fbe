import type { MockClock } from "../clocks/clock.ts";
import type { ClientDialectName } from "../../dialects/conversation.ts";
import type { Fault } from "../fault.ts";
import type { Connection } from "./connection.ts";
import type { Progress } from "./progress.ts";

/** What a delivery needs beside the reply. */
export interface Delivery {
  readonly clock: MockClock;
  /** The request's: its abort errors the body with its reason. */
  readonly signal: AbortSignal;
  /** Before a whole reply, in milliseconds. */
  readonly waitMs: number;
  /** Those that strike, see `strikes`; none without it. */
  readonly faults?: readonly Fault[];
  /** In whose words errors are said; those of OpenAI's chat without it. */
  readonly dialect?: ClientDialectName;
  /** The `x-request-id` it is answered with. */
  readonly requestId?: string;
  /** The client's socket; null, or absent, inside a gateway. */
  readonly connection?: Connection | null;
  readonly progress?: Progress | null;
}

/** Tells of a delivery, if anybody listens, and of its end once. */
export const createTeller = (progress: Progress | null | undefined): Progress => {
  let isOver = false;
  return {
    handed: (events, bytes) => progress?.handed(events, bytes),
    missed: (warning) => progress?.missed(warning),
    ended: (how) => {
      if (isOver) return;
      isOver = true;
      progress?.ended(how);
    },
  };
};
