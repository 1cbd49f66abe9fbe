import type { Provider } from "../providers/provider.ts";
import { withoutKey } from "../wire/path.ts";

/** The URL of any method of a model at a provider that speaks Gemini, with the client's query but for its key. */
export const toMethodUrl = (provider: Provider, model: string, method: string, search: string): string =>
  provider.urlOf("gemini", model, false).replace(/:generateContent$/, `:${method}`) + withoutKey(search);
