import { ProxyError } from "../errors.ts";

const prefix = "/v1beta/models/";

/** The model and the method of a path such as `/v1beta/models/gemini-3-pro:generateContent`. */
export interface GeminiCall {
  readonly model: string;
  readonly method: string;
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ProxyError("invalid_request", "The model in the path is not properly percent-encoded", {
      param: "model",
    });
  }
};

/** Reads the path of a call; null when it is none. A model's name may itself hold slashes and colons. */
export const toGeminiCall = (path: string): GeminiCall | null => {
  const colon = path.lastIndexOf(":");
  if (!path.startsWith(prefix) || colon <= prefix.length || path.includes("/", colon)) return null;
  return { model: decode(path.slice(prefix.length, colon)), method: path.slice(colon + 1) };
};
