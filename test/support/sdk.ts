import OpenAI from "openai";

/** The messages of a short chat. */
export const hello = [{ role: "user" as const, content: "Hello, mock!" }];

/** The official OpenAI SDK, changed in nothing but where it sends and how often it tries again. */
export const openaiAt = ({ url }: { readonly url: string }, maxRetries = 0): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-client", maxRetries });

/** What an error of the SDK holds when nobody serves the model. */
export const modelNotFound = { status: 404, code: "model_not_found", param: "model", type: "invalid_request_error" };
