/** The mock's time: what it waits by and what the journal tells. */
export interface MockClock {
  /** Milliseconds since the clock began. */
  readonly now: () => number;
  /**
   * Resolves after so many milliseconds of this clock, never after Infinity; rejects with the signal's reason, and holds
   * nothing, once it aborts.
   */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Moves the time on and resolves when everybody who waited so long has been woken; absent where time goes by itself. */
  readonly advance?: (ms: number) => Promise<void>;
}
