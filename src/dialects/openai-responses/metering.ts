import { toObject, toText } from "../fields.ts";
import type { Metering } from "../metering.ts";
import { readUsage } from "./usage.ts";

/** The usage of a response: whole, or in the event that ends a stream. */
export const metering: Metering = {
  mark: '"usage"',
  beside: '"tool_usage"',
  words: '"delta"',
  isCumulative: true,
  start: () => (value) => {
    const response = toObject(value["response"]) ?? value;
    const usage = readUsage(response);
    if (usage === null) return null;
    return {
      usage,
      model: toText(response["model"]),
      serviceTier: toText(response["service_tier"]),
      isFinal: true,
    };
  },
};
