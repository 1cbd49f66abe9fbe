import type { JsonObject } from "../../../dialects/conversation.ts";
import { isObject, maybeFlag, maybeOneOf, maybeText } from "../../../dialects/fields.ts";
import { estimateTokens } from "../../auto/text.ts";
import type { Said } from "../../said.ts";
import { createdAt } from "../../seed.ts";
import type { Endpoint, Heard, SayOptions } from "../endpoint.ts";
import { invalid, missing, readCount, requireText } from "../fields.ts";
import { readForm } from "./form.ts";
import { toPng } from "./png.ts";
import { sayEvents, sayJson, sayPlain, withHeaders } from "../say.ts";

const mostImages = 10;
const mostPixels = 4096;
const mostPromptLength = 32_000;
const defaultModel = "gpt-image-1";
const formats = ["png", "webp", "jpeg", "gif", "svg"] as const;
const qualities = ["low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"] as const;

type ImagesKind = "generation" | "edit" | "variation";

interface Wanted {
  readonly kind: ImagesKind;
  readonly model: string;
  readonly prompt: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly format: (typeof formats)[number];
  readonly quality: string;
  readonly isUrl: boolean;
  readonly stream: boolean;
  readonly partial: number;
}

const readSize = (body: JsonObject): readonly [width: number, height: number] => {
  const size = maybeText(body["size"], "size") ?? "auto";
  if (size === "auto") return [1024, 1024];
  const found = /^(\d{1,5})x(\d{1,5})$/.exec(size);
  const width = Number(found?.[1] ?? 0);
  const height = Number(found?.[2] ?? 0);
  if (width >= 1 && height >= 1 && width <= mostPixels && height <= mostPixels) return [width, height];
  throw invalid(
    "size",
    `Invalid value for 'size': wanted auto or a size such as 1024x1024, at most ${mostPixels} each way`,
  );
};

const judge = ({ prompt }: JsonObject): void => {
  if (typeof prompt !== "string" || prompt.length <= mostPromptLength) return;
  throw invalid("prompt", `'prompt' is ${prompt.length} characters, wanted at most ${mostPromptLength}`);
};

/** What tells the files apart. */
const readFiles = (body: JsonObject): readonly string[] => {
  const files = [body["image"] ?? body["images"] ?? []].flat();
  if (files.length === 0) throw missing("image");
  return files.map((file) => {
    if (isObject(file)) return JSON.stringify(file["sha256"] ?? file);
    throw invalid("image", "Invalid type for 'image': wanted a file, got text");
  });
};

const isOfDallE = (model: string): boolean => model.startsWith("dall-e");

const readWanted = (kind: ImagesKind, source: JsonObject): Wanted => {
  const body = readForm(source, { numbers: ["n", "partial_images"], flags: ["stream"] });
  const prompt = kind === "variation" ? "" : requireText(body, "prompt");
  const files = kind === "generation" ? [] : readFiles(body);
  const model = maybeText(body["model"], "model") ?? (kind === "variation" ? "dall-e-2" : defaultModel);
  const [width, height] = readSize(body);
  const asked = maybeOneOf(body["response_format"], ["url", "b64_json"], "response_format");
  return {
    kind,
    model,
    prompt: [prompt, ...files].filter((text) => text !== "").join("\n"),
    count: readCount(body, "n", 1, mostImages) ?? 1,
    width,
    height,
    format: maybeOneOf(body["output_format"], formats, "output_format") ?? "png",
    quality: maybeOneOf(body["quality"], qualities, "quality") ?? "auto",
    // The older models answer with an address unless they are told not to, the newer ones never.
    isUrl: asked === null ? isOfDallE(model) : asked === "url",
    stream: maybeFlag(body["stream"], "stream") === true,
    partial: readCount(body, "partial_images", 0, 3) ?? 0,
  };
};

/** An image as it is answered: the one written, or one that is made of the prompt, its place and the seed of nothing else. */
const toImage = (
  { model, prompt, width, height, format }: Wanted,
  index: number,
  written: readonly (string | null)[],
): string => {
  const image = written[Math.min(index, written.length - 1)] ?? null;
  if (image !== null) return image;
  if (format !== "png") {
    throw invalid("output_format", `The mock draws png; an image of format ${format} can be written in a fixture`);
  }
  return Buffer.from(toPng(`${model}/${prompt}/${index}`, width, height)).toString("base64");
};

const toUsage = ({ prompt, width, height, count }: Wanted) => {
  const input = estimateTokens(prompt);
  const output = Math.ceil((width * height) / 1024) * count;
  return {
    input_tokens: input,
    input_tokens_details: { image_tokens: 0, text_tokens: input },
    output_tokens: output,
    total_tokens: input + output,
  };
};

/** The body of an images reply. */
export const toImages = (wanted: Wanted, images: readonly string[]) => {
  const { format, width, height, isUrl } = wanted;
  const data = images.map((image) => (isUrl ? { url: `data:image/${format};base64,${image}` } : { b64_json: image }));
  if (isOfDallE(wanted.model)) return { created: createdAt, data };
  return {
    created: createdAt,
    background: "opaque" as const,
    data,
    output_format: format,
    quality: "high" as const,
    size: `${width}x${height}`,
    usage: toUsage(wanted),
  };
};

const sayStream = (wanted: Wanted, image: string, { nextWaitMs }: SayOptions): Said => {
  const { kind, partial, format, width, height } = wanted;
  const name = kind === "generation" ? "image_generation" : "image_edit";
  const about = {
    b64_json: image,
    created_at: createdAt,
    size: `${width}x${height}`,
    quality: "high",
    background: "opaque",
    output_format: format,
  };
  const parts = Array.from({ length: partial }, (_, index) => ({
    type: `${name}.partial_image`,
    ...about,
    partial_image_index: index,
  }));
  return sayEvents([...parts, { type: `${name}.completed`, ...about, usage: toUsage(wanted) }], nextWaitMs);
};

/**
 * `POST …/images/generations`, `…/images/edits` and `…/images/variations`: pictures that depend on the prompt, the files
 * and the size alone.
 *
 * An address, where one is asked for, is a `data:` URL: there is no second server to fetch from.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/images.d.ts
 */
export const createImages = (kind: ImagesKind): Endpoint => ({
  name: "images",
  says: new Set(["images", "failure", "raw"]),
  isFixed: false,
  hear: ({ body }): Heard => {
    const wanted = readWanted(kind, body);
    const prompt = maybeText(body["prompt"], "prompt") ?? "";
    return {
      model: wanted.model,
      stream: wanted.stream,
      conversation: null,
      judge: () => judge(body),
      user: () => prompt,
      system: () => "",
      auto: () => ({ kind: "images", images: [] }),
      say: (answer, options) => {
        if (answer.kind !== "images") return sayPlain(answer, "openai-chat", options.ids);
        const count = Math.max(wanted.count, answer.images.length);
        const images = Array.from({ length: count }, (_, index) => toImage(wanted, index, answer.images));
        const said = wanted.stream ? sayStream(wanted, images[0] ?? "", options) : sayJson(toImages(wanted, images));
        return withHeaders(said, answer);
      },
    };
  },
});
