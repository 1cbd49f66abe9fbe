import { isObject, toList, toText } from "../fields.ts";
import type { Metering } from "../metering.ts";
import { usageOf } from "./read-reply.ts";
import { readUsage } from "./usage.ts";

/** The usage of a whole reply, or of the chunk at the end of a stream; embeddings and the older completions tell theirs so too. */
export const metering: Metering = {
  mark: '"usage"',
  beside: null,
  words: '"choices"',
  isCumulative: true,
  start: () => (value) => {
    const usage = usageOf(value);
    if (usage === null) return null;
    const choices = toList(value["choices"]).filter(isObject);
    return {
      usage: readUsage(usage),
      model: toText(value["model"]),
      serviceTier: toText(value["service_tier"]),
      // Some servers tell the count so far with every chunk.
      isFinal: choices.length === 0 || choices.some((choice) => toText(choice["finish_reason"]) !== null),
    };
  },
};
