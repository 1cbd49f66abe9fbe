import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import { ProxyError } from "../../errors.ts";
import { isTooDeep, maxDepth } from "../../wire/lossless-json.ts";

/** A refusal that names the request field at fault, answered with status 400. */
export const invalid = (param: string, message: string): ProxyError =>
  new ProxyError("invalid_request", message, { param });

/** A refusal that names the field that is not there, answered with status 400. */
export const missing = (param: string): ProxyError =>
  new ProxyError("missing_required_parameter", `Missing required parameter: '${param}'`, { param });

/** The JSON in a request body. @throws {ProxyError} `invalid_json` - also when it nests deeper than 512 levels */
export const parseBody = (text: string): unknown => {
  if (isTooDeep(text)) {
    throw new ProxyError("invalid_json", `The request body nests deeper than the limit of ${maxDepth} levels`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProxyError("invalid_json", "The request body is not valid JSON", { cause });
  }
};

/**
 * The JSON object in a request body.
 *
 * @throws {ProxyError} `invalid_json` - as `parseBody`; `invalid_request` - when it is JSON but no object
 */
export const parseFields = (text: string): JsonObject => {
  const value = parseBody(text);
  if (!isObject(value)) throw new ProxyError("invalid_request", "The request body is not a JSON object");
  return value;
};

/**
 * A text that must be there and must not be empty.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - both name the field
 */
export const requireText = (fields: JsonObject, param: string): string => {
  const value = fields[param];
  if (value === undefined || value === null) throw missing(param);
  if (typeof value !== "string" || value === "") throw invalid(param, `'${param}' is not a text with content`);
  return value;
};

/**
 * A whole number within bounds; `undefined` when the field is absent or null.
 *
 * @throws {ProxyError} `invalid_request` - when it is no whole number or out of bounds
 */
export const readCount = (fields: JsonObject, param: string, min: number, max: number): number | undefined => {
  const value = fields[param];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw invalid(param, `'${param}' is not a whole number`);
  if (value < min || value > max) throw invalid(param, `'${param}' is ${value}, wanted ${min} to ${max}`);
  return value;
};
