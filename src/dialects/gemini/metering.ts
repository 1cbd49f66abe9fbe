import { isObject, toList, toObject, toText } from "../fields.ts";
import type { Metering } from "../metering.ts";
import { readTier } from "./service-tier.ts";
import { readUsage } from "./usage.ts";

/** The usage of a reply: whole, or so far, as each chunk of a stream tells it. */
export const metering: Metering = {
  mark: '"usageMetadata"',
  beside: '"groundingMetadata"',
  words: '"candidates"',
  isCumulative: true,
  start: () => (value) => {
    const metadata = toObject(value["usageMetadata"]);
    if (metadata === null) return null;
    const candidate = toList(value["candidates"]).find(isObject);
    const queries = toList(toObject(candidate?.["groundingMetadata"])?.["webSearchQueries"]).length;
    return {
      usage: readUsage(metadata, queries === 0 ? null : queries),
      model: toText(value["modelVersion"]),
      serviceTier: readTier(toText(metadata["serviceTier"])),
      isFinal: toText(candidate?.["finishReason"]) !== null || toObject(value["promptFeedback"]) !== null,
    };
  },
};
