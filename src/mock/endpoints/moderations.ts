import { isObject, maybeText, needText, wrongType } from "../../dialects/fields.ts";
import { moderationCategories } from "../responses/moderation-categories.ts";
import { createDraw } from "../seed.ts";
import type { Endpoint, Heard } from "./endpoint.ts";
import { invalid, missing } from "./fields.ts";
import { sayJson, sayPlain, withHeaders } from "./say.ts";

const mostInputs = 2048;
const defaultModel = "omni-moderation-latest";

/** What of one result is looked at: several parts of text and images make one. */
interface Input {
  readonly text: string;
  readonly types: readonly ("text" | "image")[];
}

const readPart = (value: unknown, at: string): Input => {
  if (!isObject(value)) throw wrongType(at, "an object", value);
  if (value["type"] === "text") return { text: needText(value["text"], `${at}.text`), types: ["text"] };
  const { image_url: image } = value;
  if (value["type"] !== "image_url" || !isObject(image))
    throw invalid(at, `Invalid value for '${at}': wanted text or image_url`);
  return { text: needText(image["url"], `${at}.image_url.url`), types: ["image"] };
};

const readInputs = (value: unknown): readonly Input[] => {
  if (value === undefined || value === null) throw missing("input");
  if (typeof value === "string") return [{ text: value, types: ["text"] }];
  if (!Array.isArray(value)) throw wrongType("input", "a string or an array", value);
  if (value.length === 0 || value.length > mostInputs) {
    throw invalid("input", `'input' has ${value.length} members, wanted 1 to ${mostInputs}`);
  }
  if (value.every((one) => typeof one === "string")) {
    return value.map((text): Input => ({ text, types: ["text"] }));
  }
  const parts = value.map((part, index) => readPart(part, `input[${index}]`));
  return [{ text: parts.map(({ text }) => text).join("\n"), types: [...new Set(parts.flatMap(({ types }) => types))] }];
};

/** Only these are looked for in images. */
const ofImages = new Set([
  "self-harm",
  "self-harm/instructions",
  "self-harm/intent",
  "sexual",
  "violence",
  "violence/graphic",
]);

const fromEntries = <Value>(value: (category: string) => Value): Readonly<Record<string, Value>> =>
  Object.fromEntries(moderationCategories.map((category) => [category, value(category)]));

/** The body of a moderation: of each input which categories are flagged, with scores that depend on its text. */
export const toModeration = (id: string, model: string, inputs: readonly Input[], flagged: readonly string[]) => ({
  id,
  model,
  results: inputs.map(({ text, types }) => {
    const draw = createDraw(text);
    const scores = fromEntries(() => Math.round(draw() * 1000) / 1_000_000);
    return {
      flagged: flagged.length > 0,
      categories: fromEntries((category) => flagged.includes(category)),
      category_scores: fromEntries((category) => (flagged.includes(category) ? 0.99 : (scores[category] ?? 0))),
      category_applied_input_types: fromEntries((category) =>
        types.filter((type) => type === "text" || ofImages.has(category)),
      ),
    };
  }),
});

/**
 * `POST …/moderations`: nothing is flagged unless a fixture says so.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/moderations.d.ts
 */
export const moderations: Endpoint = {
  name: "moderations",
  says: new Set(["moderation", "failure", "raw"]),
  isFixed: false,
  hear: ({ body }): Heard => {
    const inputs = readInputs(body["input"]);
    const model = maybeText(body["model"], "model") ?? defaultModel;
    return {
      model,
      stream: false,
      conversation: null,
      user: () => inputs.map(({ text }) => text).join("\n"),
      system: () => "",
      auto: () => ({ kind: "moderation", flagged: [] }),
      say: (answer, { ids }) =>
        answer.kind === "moderation"
          ? withHeaders(sayJson(toModeration(ids("modr-"), model, inputs, answer.flagged)), answer)
          : sayPlain(answer, "openai-chat", ids),
    };
  },
};
