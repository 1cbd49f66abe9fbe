import { ProxyError } from "../errors.ts";
import { isEscaping } from "../wire/path.ts";

/**
 * Encodes a model as one segment of a path.
 *
 * @throws {ProxyError} `invalid_request` - a name that could leave the base URL, whoever decodes it
 */
export const toSegment = (model: string): string => {
  const segment = encodeURIComponent(model.toWellFormed());
  if (!isEscaping(`/${segment}/`)) return segment;
  throw new ProxyError("invalid_request", "The model's name must not be empty or hold dot segments or backslashes", {
    param: "model",
  });
};
