// What comes into the control API, checked.
import type * as z from "zod/mini";
import { formatPath } from "../../config/faults.ts";
import { describeIssue, toComplaints } from "../../config/messages.ts";
import { ProxyError } from "../../errors.ts";
import { readBody } from "../../wire/body.ts";
import { parseBody } from "../endpoints/fields.ts";

/** Of a request to the control API. */
const maxBytes = 16 * 1024 * 1024;

const mostIssues = 20;

/** Gives a value of a schema. @throws {ProxyError} `invalid_request` - all that is wrong, each with its place */
export const checkInput = <S extends z.ZodMiniType>(schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value, { error: describeIssue, jitless: true });
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues
    .flatMap((issue) => toComplaints(issue))
    .slice(0, mostIssues)
    .map(({ path, message }) => (path.length === 0 ? message : `${formatPath(path)}: ${message}`));
  throw new ProxyError("invalid_request", said.join("; "));
};

/**
 * The JSON of a request; `{}` where it has no body.
 *
 * @throws {ProxyError} `invalid_json`, `request_too_large`
 */
export const readJson = async (request: Request): Promise<unknown> => {
  const text = new TextDecoder().decode(await readBody(request, maxBytes));
  return text.trim() === "" ? {} : parseBody(text);
};

/** The query as an object. @throws {ProxyError} `invalid_request` - a field that comes twice */
export const readQuery = (search: string): Readonly<Record<string, string>> => {
  const fields: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    if (Object.hasOwn(fields, name)) throw new ProxyError("invalid_request", `${name} stands in the query twice`);
    fields[name] = value;
  }
  return fields;
};
