import type { MockClock } from "./clock.ts";
import { createRealClock, createScaledClock } from "./real-clock.ts";
import type { MockSettings } from "../settings.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** The clock of the settings. `now` is the time of this machine in milliseconds. */
export const createClock = (setting: MockSettings["clock"], now: () => number): MockClock => {
  if (setting.kind === "virtual") return createVirtualClock();
  return setting.kind === "real" ? createRealClock(now) : createScaledClock(now, setting.by);
};
