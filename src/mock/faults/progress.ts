/** How a delivery ended: all of it handed over, ended by a fault, left by its client, or broken off by its source. */
export type Ending = "whole" | "cut" | "aborted" | "broken";

/** Who is told how a delivery goes on. */
export interface Progress {
  /** So many more whole events, and bytes of the body, were handed to the client. A whole body has no events. */
  readonly handed: (events: number, bytes: number) => void;
  /** Called once. */
  readonly ended: (how: Ending) => void;
  /** A fault found nothing to strike, in words for people. */
  readonly missed: (warning: string) => void;
}
