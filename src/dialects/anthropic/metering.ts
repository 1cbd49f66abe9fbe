import type { JsonObject } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import type { Metering } from "../metering.ts";
import { laterUsage, readTier, readUsage } from "./usage.ts";

/**
 * The usage of a message: whole, or what `message_start` tells of the input and each `message_delta` of all of it.
 *
 * The first of them has a handful of output tokens, so a stream that breaks before the last has told too few.
 */
export const metering: Metering = {
  mark: '"usage"',
  beside: null,
  words: '"message_start"',
  isCumulative: false,
  start: () => {
    let counts: JsonObject = {};
    let model: string | null = null;
    let isFinal = false;
    return (value) => {
      const type = value["type"];
      if (type !== undefined && type !== "message_start" && type !== "message_delta" && type !== "message") return null;
      const message = toObject(value["message"]) ?? value;
      counts = laterUsage(counts, message["usage"]);
      model ??= toText(message["model"]);
      isFinal ||= type !== "message_start";
      const usage = readUsage(counts);
      if (usage === null) return null;
      // Fast mode has a price of its own.
      const tier = counts["speed"] === "fast" ? "fast" : readTier(toText(counts["service_tier"]));
      return { usage, model, serviceTier: tier, isFinal };
    };
  },
};
