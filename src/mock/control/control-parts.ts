import type { Mode } from "../tape.ts";

/** How recordings are used, while the mock runs. */
export interface ModeSwitch {
  readonly current: () => Mode;
  /** @throws {ProxyError} `invalid_request` - a mode that this run may not take, such as recording where CI is set */
  readonly change: (mode: Mode) => void;
}

/** What the control API is made of beside the engine. */
export interface ControlParts {
  /** Whoever sends it as a bearer token may ask from anywhere; null leaves it to programs on this machine. */
  readonly adminKey: string | null;
  /** null where there are no recordings. */
  readonly mode: ModeSwitch | null;
  /** Milliseconds between two signs of life of the live journal. */
  readonly heartbeatMs: number;
}
