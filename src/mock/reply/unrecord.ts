import type { MockState } from "../engine-parts.ts";
import type { Call } from "../request/decide.ts";

/** Notes that a reply passed and could not be recorded, which may come out only after its end. */
export const unrecord = ({ noted, scope }: Call, { journal }: MockState): void => {
  noted.interaction = null;
  if (noted.outcome !== "recorded") return;
  noted.outcome = "live";
  if (noted.durationMs === null) return;
  if (scope.outcomes.recorded > 0) {
    scope.outcomes.recorded -= 1;
    scope.outcomes.live += 1;
  }
  journal.recount("recorded", "live");
};
