import { ProxyError } from "../errors.ts";

/** What a model of Gemini's can be asked to do here; any other method is only passed on. */
export const geminiMethods = [
  "generateContent",
  "streamGenerateContent",
  "countTokens",
  "embedContent",
  "batchEmbedContents",
] as const;

export type GeminiMethod = (typeof geminiMethods)[number];

/** The model and the method of a path such as `/v1beta/models/gemini-3-pro:generateContent`. */
export interface GeminiCall {
  readonly model: string;
  readonly method: GeminiMethod;
}

const prefix = /^\/v1(?:alpha|beta)?\/models\/(?=.)/;

/** Gives the path below the version: `/v1`, `/v1beta` or `/v1alpha`, whichever API version a Gemini client is set to. */
export const withoutVersion = (path: string): string => path.replace(/^\/v1(?:alpha|beta)?(?=\/)/, "");

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ProxyError("invalid_request", "The model in the path is not properly percent-encoded", {
      param: "model",
    });
  }
};

/** The method a path ends in, null when it is no call of a Gemini model. */
export const toGeminiMethod = (path: string): GeminiMethod | null => {
  const colon = path.lastIndexOf(":");
  if (colon === -1 || !prefix.test(path)) return null;
  const word = path.slice(colon + 1);
  return geminiMethods.find((method) => method === word) ?? null;
};

/**
 * Reads the path of a call; null when it is none. A model's name may itself hold slashes and colons.
 *
 * @throws {ProxyError} `invalid_request` - a broken escape in the model
 */
export const toGeminiCall = (path: string): GeminiCall | null => {
  const method = toGeminiMethod(path);
  if (method === null) return null;
  const model = decode(path.slice(0, -method.length - 1).replace(prefix, ""));
  return model === "" ? null : { model, method };
};
