import { ProxyError } from "../errors.ts";

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const empty: Fields = {};

/** The object under a key; an empty one when there is none, so that reads can be chained. */
export const objectAt = (fields: Fields, key: string): Fields => {
  const value = fields[key];
  return isFields(value) ? value : empty;
};

/** The objects of the array under a key; members of another kind are left out. */
export const objectsAt = (fields: Fields, key: string): readonly Fields[] => {
  const value = fields[key];
  return Array.isArray(value) ? value.filter(isFields) : [];
};

/** A refusal that names the request field at fault, answered with status 400. */
export const invalid = (param: string, message: string): ProxyError =>
  new ProxyError("invalid_request", message, { param });

/** A refusal that names the field that is not there, answered with status 400. */
export const missing = (param: string): ProxyError =>
  new ProxyError("missing_required_parameter", `Missing required parameter: '${param}'`, { param });

/**
 * The JSON object in a request body.
 *
 * @throws {ProxyError} `invalid_json` - when the text is no JSON; `invalid_request` - when it is JSON but no object
 */
export const parseFields = (text: string): Fields => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProxyError("invalid_json", "The request body is not valid JSON", { cause });
  }
  if (!isFields(value)) throw new ProxyError("invalid_request", "The request body is not a JSON object");
  return value;
};

/**
 * A text that must be there and must not be empty.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - both name the field
 */
export const requireText = (fields: Fields, param: string): string => {
  const value = fields[param];
  if (value === undefined || value === null) throw missing(param);
  if (typeof value !== "string" || value === "") throw invalid(param, `'${param}' is not a text with content`);
  return value;
};

/**
 * An array of objects that must be there and must hold at least one.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - both name the field, down to the member
 */
export const requireObjects = (fields: Fields, param: string): readonly Fields[] => {
  const value = fields[param];
  if (value === undefined || value === null) throw missing(param);
  if (!Array.isArray(value)) throw invalid(param, `'${param}' is not an array`);
  if (value.length === 0) throw invalid(param, `'${param}' is an empty array, wanted at least 1 member`);
  const at = value.findIndex((member) => !isFields(member));
  if (at >= 0) throw invalid(`${param}[${at}]`, `'${param}[${at}]' is not an object`);
  return value.filter(isFields);
};

/**
 * The messages of a conversation: at least one, each with a role.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - both name the field, down to the member
 */
export const requireMessages = (fields: Fields): readonly Fields[] => {
  const messages = requireObjects(fields, "messages");
  const at = messages.findIndex((message) => typeof message["role"] !== "string");
  if (at >= 0) throw missing(`messages[${at}].role`);
  return messages;
};

/**
 * A whole number within bounds; `undefined` when the field is absent or null.
 *
 * @throws {ProxyError} `invalid_request` - when it is no whole number or out of bounds
 */
export const readCount = (fields: Fields, param: string, min: number, max: number): number | undefined => {
  const value = fields[param];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw invalid(param, `'${param}' is not a whole number`);
  if (value < min || value > max) throw invalid(param, `'${param}' is ${value}, wanted ${min} to ${max}`);
  return value;
};

/** As `readCount`, for a number that must be there. @throws {ProxyError} `missing_required_parameter` besides */
export const requireCount = (fields: Fields, param: string, min: number, max: number): number => {
  const value = readCount(fields, param, min, max);
  if (value === undefined) throw missing(param);
  return value;
};
