import { ProxyError } from "../errors.ts";
import type { Mode } from "../mock/tape.ts";

/** The mode of a run, which may be changed while it goes on. */
export interface ModeSwitch {
  readonly current: () => Mode;
  /** @throws {ProxyError} `invalid_request` - a mode that sends, where nothing may be sent */
  readonly change: (mode: Mode) => void;
}

/** Holds the mode: where nothing may be sent it is `replay`, whatever is wished. */
export const createModeSwitch = (wished: Mode, maySend: boolean): ModeSwitch => {
  let mode: Mode = maySend ? wished : "replay";
  return {
    current: () => mode,
    change: (next) => {
      if (next !== "replay" && !maySend) {
        throw new ProxyError("invalid_request", `The mode ${next} would ask a provider, which this run may not`, {
          param: "mode",
        });
      }
      mode = next;
    },
  };
};
