import type { Failure } from "../../../dialects/reply.ts";
import type { Asked } from "../../asked.ts";
import type { KeptResponses } from "../../kept-responses.ts";
import { refusal } from "./refusal.ts";

/** Refuses to go on from a response that the mock has not given, or keeps no more, in OpenAI's words. */
export const checkPrevious = (
  { conversation }: Pick<Asked, "conversation">,
  kept: KeptResponses,
): readonly Failure[] => {
  const id = conversation?.previousResponseId ?? null;
  if (id === null || kept.get(id) !== null) return [];
  const message = `Previous response with id '${id.slice(0, 100)}' not found.`;
  return [refusal("previous_response_id", message, "previous_response_not_found")];
};
