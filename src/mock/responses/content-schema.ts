// What stands in a choice of a response, and the words that its other keys share.
import * as z from "zod/mini";
import { block, describe } from "../../config/fields.ts";
import { finishWords } from "./finish-words.ts";

/** A key that may be missing, with its description. */
export const maybe = <S extends z.ZodMiniType>(schema: S, description: string) =>
  describe(z.optional(schema), description);
export const text = () => z.string("must be text");
export const filled = () => text().check(z.minLength(1, "must not be empty"));
export const count = () => z.int("must be a whole number").check(z.gte(0));
export const milliseconds = () => z.number("must be a number of milliseconds").check(z.gte(0), z.lte(3_600_000));
export const base64 = () => text().check(z.regex(/^[A-Za-z0-9+/_-]*={0,2}$/, "must be base64"));
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
export const headers = () =>
  z
    .record(z.string(), z.union([text(), z.number()], "must be text"))
    .check(
      z.refine(
        (written) => Object.keys(written).every((name) => headerName.test(name)),
        "has a name that no header can have",
      ),
    );

export const citation = block({
  url: maybe(text(), "Where the source is"),
  title: maybe(text(), "What it is called"),
  quote: maybe(text(), "What of it is cited"),
  start: maybe(count(), "Where in the text the citation begins, in UTF-16 units"),
  end: maybe(count(), "Where in the text it ends"),
});

export const call = block({
  name: describe(filled(), "The tool that is called"),
  arguments: maybe(
    z.unknown(),
    "Its arguments: a map, written as JSON, or a text that goes out as it is; none are an empty map",
  ),
  id: maybe(filled(), "The id of the call; made up without it"),
});

const imageFile = block({
  file: maybe(filled(), "The image, a file beside the fixtures"),
  base64: maybe(base64(), "The image itself"),
  media_type: maybe(filled(), "What it is, such as image/png; else told by the name of the file, or a PNG"),
}).check(z.refine((image) => (image.file === undefined) !== (image.base64 === undefined), "needs file or base64"));

export const image = z.union([z.literal("auto"), imageFile], "must be auto, or a map with file or base64");

const blockNames = ["text", "reasoning", "refusal", "tool_call", "image"] as const;

export const part = block({
  text: maybe(text(), "A piece of text"),
  citations: maybe(z.array(citation), "The sources the text rests on"),
  reasoning: maybe(text(), "A piece of thinking"),
  refusal: maybe(text(), "A refusal"),
  tool_call: maybe(call, "The call of a tool"),
  image: maybe(image, "An image the model made"),
}).check(
  z.refine(
    (piece) => blockNames.filter((name) => piece[name] !== undefined).length === 1,
    `needs exactly one of ${blockNames.join(", ")}`,
  ),
);

const logprob = block({
  token: describe(text(), "A piece of the text; all of them joined are the text"),
  logprob: describe(z.number().check(z.lte(0)), "Its probability as a logarithm, at most 0"),
  top: maybe(z.record(z.string(), z.number()), "Alternatives and their probabilities, the likeliest first"),
});

const finish = z.enum(finishWords, `must be one of ${finishWords.join(", ")}`);

/** What one choice says. */
export const contentShape = {
  text: maybe(text(), "The text of the answer; {{ … }} is filled in"),
  text_file: maybe(filled(), "A file beside the fixtures that holds the text, taken as it is"),
  json: maybe(z.unknown(), "Answered as JSON text, and held to the schema the request asks for"),
  blocks: maybe(z.array(part).check(z.minLength(1)), "The pieces of the answer in their order"),
  tool_calls: maybe(z.array(call).check(z.minLength(1)), "Calls of tools, behind the text"),
  reasoning: maybe(text(), "Thinking, in front of the text"),
  refusal: maybe(text(), "What a model says that refuses"),
  citations: maybe(z.array(citation), "The sources the text rests on"),
  logprobs: maybe(
    z.union([z.boolean(), z.array(logprob)], "must be true, false or a list"),
    "Probabilities of the tokens when the request asks for them: made up (true), none (false), or these",
  ),
  finish_reason: maybe(finish, "Why the answer ended, in the words of any dialect; stop, or tool_calls with calls"),
  stop_sequence: maybe(text(), "The stop sequence that ended it"),
};

export const choice = block(contentShape);

export const audio = z.union(
  [
    z.literal("auto"),
    block({
      file: maybe(filled(), "The sound, a file beside the fixtures"),
      base64: maybe(base64(), "The sound itself"),
      content_type: maybe(filled(), "What it is, such as audio/mpeg; else told by the name of the file, or audio/wav"),
    }).check(z.refine((sound) => (sound.file === undefined) !== (sound.base64 === undefined), "needs file or base64")),
  ],
  "must be auto, or a map with file or base64",
);

export type ChoiceSpec = z.output<typeof choice>;
export type CallSpec = z.output<typeof call>;
export type PartSpec = z.output<typeof part>;
export type CitationSpec = z.output<typeof citation>;
export type ImageSpec = z.output<typeof image>;
export type LogprobsSpec = Exclude<ChoiceSpec["logprobs"], undefined>;
export type AudioSpec = z.output<typeof audio>;
