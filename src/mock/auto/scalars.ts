// Texts and numbers that fit a schema.
import type { JsonObject as Fields } from "../../dialects/conversation.ts";
import { fromPattern } from "./from-pattern.ts";
import { lorem } from "./text.ts";

/** A number from 0 to below 1: 0 each time for the plainest value. */
export type Draw = () => number;

const mostLength = 10_000;

const words: readonly string[] = [...new Set(lorem.map((word) => word.toLowerCase().replaceAll(/\W/g, "")))];

export const pickOf =
  (draw: Draw) =>
  (count: number): number =>
    Math.floor(draw() * count);

const two = (value: number): string => String(value).padStart(2, "0");

const formats: Readonly<Record<string, (draw: Draw) => string>> = {
  "date-time": (draw) => `2026-01-${two(1 + pickOf(draw)(28))}T00:00:00Z`,
  date: (draw) => `2026-01-${two(1 + pickOf(draw)(28))}`,
  time: (draw) => `${two(pickOf(draw)(24))}:00:00Z`,
  duration: (draw) => `P${1 + pickOf(draw)(30)}D`,
  email: (draw) => `${words[pickOf(draw)(words.length)]}@example.com`,
  "idn-email": (draw) => `${words[pickOf(draw)(words.length)]}@example.com`,
  hostname: (draw) => ["example.com", "example.org", "example.net"][pickOf(draw)(3)] ?? "example.com",
  "idn-hostname": () => "example.com",
  ipv4: (draw) => `192.0.2.${1 + pickOf(draw)(254)}`,
  ipv6: (draw) => `2001:db8::${(1 + pickOf(draw)(65_535)).toString(16)}`,
  uuid: (draw) =>
    `00000000-0000-4000-8000-${pickOf(draw)(2 ** 40)
      .toString(16)
      .padStart(12, "0")}`,
  uri: (draw) => `https://example.com/${draw() === 0 ? "" : words[pickOf(draw)(words.length)]}`,
  url: () => "https://example.com/",
  iri: () => "https://example.com/",
  "uri-reference": () => "/lorem",
  "iri-reference": () => "/lorem",
  "uri-template": () => "/lorem/{id}",
  "json-pointer": () => "/lorem",
  "relative-json-pointer": () => "0",
  regex: () => "^lorem$",
};

/** A number of a schema; Gemini writes its counts as texts. */
export const numberAt = (schema: Fields, key: string): number | undefined => {
  const value = schema[key];
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
};

const ofPattern = (pattern: string, draw: Draw, least: number, most: number): string | null => {
  for (let more = 0; more <= Math.min(least, mostLength) + 2; more = more * 2 + 1) {
    const text = fromPattern(pattern, { pick: pickOf(draw), more });
    if (text !== null && text.length >= least && text.length <= most) return text;
  }
  // Between two powers of 2 there may be one that is just long enough.
  for (let more = 0; more <= Math.min(least, 200); more += 1) {
    const text = fromPattern(pattern, { pick: pickOf(draw), more });
    if (text !== null && text.length >= least && text.length <= most) return text;
  }
  return null;
};

/** A text by its pattern or format and its lengths; null where a pattern is not understood. */
export const toText = (schema: Fields, draw: Draw): string | null => {
  const least = Math.min(numberAt(schema, "minLength") ?? 0, mostLength);
  const most = numberAt(schema, "maxLength") ?? Infinity;
  const { format, pattern } = schema;
  if (typeof pattern === "string") return ofPattern(pattern, draw, least, most);
  const known = typeof format === "string" && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (known !== undefined) return known(draw);
  const text = (words[pickOf(draw)(words.length)] ?? "").padEnd(least, " ipsum");
  return text.slice(0, Math.min(most, text.length));
};

/** The smallest multiple of a width that is a whole number. */
const wholeStep = (width: number): number => {
  for (let times = 1; times <= 1000; times += 1) {
    const step = Number((width * times).toPrecision(12));
    if (Number.isInteger(step)) return step;
  }
  return 1;
};

interface Range {
  readonly lower: number;
  readonly upper: number;
  readonly holds: (value: number) => boolean;
}

const rangeOf = (schema: Fields): Range => {
  const least = numberAt(schema, "minimum") ?? -Infinity;
  const most = numberAt(schema, "maximum") ?? Infinity;
  // In draft 4 a flag, which says that the other bound is none of the values.
  const above = schema["exclusiveMinimum"] === true ? least : (numberAt(schema, "exclusiveMinimum") ?? -Infinity);
  const below = schema["exclusiveMaximum"] === true ? most : (numberAt(schema, "exclusiveMaximum") ?? Infinity);
  return {
    lower: Math.max(least, above),
    upper: Math.min(most, below),
    holds: (value) => value >= least && value <= most && value > above && value < below,
  };
};

const tidy = (value: number): number => Number(value.toPrecision(12));

/** A number within its bounds, on the grid of `multipleOf`, or of 1 or 0.5. */
export const toNumber = (schema: Fields, isInteger: boolean, draw: Draw): number => {
  const given = numberAt(schema, "multipleOf");
  const multiple = given !== undefined && given > 0 ? given : null;
  const step = multiple === null ? (isInteger ? 1 : 0.5) : isInteger ? wholeStep(multiple) : multiple;
  const { lower, upper, holds } = rangeOf(schema);
  const from = lower === -Infinity ? Math.min(1, upper) : lower;
  const first = Math.ceil(from / step);
  const start = [first, first + 1, first - 1].find((times) => holds(tidy(times * step)));
  if (start === undefined) {
    const middle = lower === -Infinity || upper === Infinity ? from : (lower + upper) / 2;
    return multiple === null && !isInteger ? middle : tidy(first * step);
  }
  const most = upper === Infinity ? 99 : Math.max(0, Math.floor(upper / step) - start);
  const isDownward = most === 0 && lower === -Infinity;
  const moved = start + (isDownward ? -pickOf(draw)(100) : pickOf(draw)(Math.min(most, 1_000_000) + 1));
  const value = tidy(moved * step);
  return holds(value) ? value : tidy(start * step);
};
