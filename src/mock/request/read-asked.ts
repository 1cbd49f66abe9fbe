// The body of a request, read whole and bounded, and what of it can be looked at.
import type { JsonObject } from "../../dialects/conversation.ts";
import { ProxyError } from "../../errors.ts";
import { checkLength, readBody } from "../../wire/body.ts";
import { parseFields } from "../endpoints/fields.ts";

/** A body as it came, and its fields. */
export interface ReadBody {
  readonly raw: string | Uint8Array<ArrayBuffer> | null;
  readonly fields: JsonObject;
}

export const noBody: ReadBody = { raw: null, fields: {} };

/** A file of a form, as fixtures and the journal see it. */
export interface FormFile {
  readonly name: string;
  readonly type: string;
  /** How many. */
  readonly bytes: number;
  readonly sha256: string;
}

const toFile = async (file: File): Promise<FormFile> => {
  const bytes = await file.bytes();
  const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  return { name: file.name, type: file.type, bytes: bytes.length, sha256 };
};

const add = (fields: Map<string, unknown>, name: string, value: unknown): void => {
  const before = fields.get(name);
  if (before === undefined) fields.set(name, value);
  else if (Array.isArray(before)) before.push(value);
  else fields.set(name, [before, value]);
};

/** The fields of a form; of a name that comes again a list. @throws {ProxyError} `invalid_request` */
const parseForm = async (bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<JsonObject> => {
  let form: FormData;
  try {
    form = await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  } catch (cause) {
    throw new ProxyError("invalid_request", "The request body is no valid multipart form", { cause });
  }
  const fields = new Map<string, unknown>();
  for (const [name, value] of form.entries()) {
    add(fields, name, typeof value === "string" ? value : await toFile(value));
  }
  return Object.fromEntries(fields);
};

const formType = /^multipart\/form-data\b/i;

/** The type of a body that is a form, null for any other. */
const formTypeOf = ({ headers }: Request): string | null => {
  const type = headers.get("content-type");
  return type !== null && formType.test(type) ? type : null;
};

/**
 * The text of a body of at most `limit` bytes.
 *
 * @throws {ProxyError} `request_too_large`
 */
const readText = (request: Request, limit: number): Promise<string> => {
  const { headers } = request;
  // Over a socket a body without a length comes in chunks; without either it is a string in this process.
  if (checkLength(headers, limit) !== null || !headers.has("transfer-encoding")) return request.text();
  return readBody(request, limit).then((bytes) => new TextDecoder().decode(bytes));
};

/** What is read of a JSON text. @throws {ProxyError} `invalid_json`, `invalid_request` */
const toBody = (text: string): ReadBody => ({ raw: text, fields: parseFields(text) });

/** Reads a form; `text`, for the journal, is its fields as JSON. @throws {ProxyError} `request_too_large`, `invalid_request` */
const readForm = async (
  request: Request,
  contentType: string,
  limit: number,
): Promise<ReadBody & { readonly text: string }> => {
  const raw = await readBody(request, limit);
  const fields = await parseForm(raw, contentType);
  return { raw, fields, text: JSON.stringify(fields) };
};

/**
 * Reads a body, JSON or a form; `read` is told of its text before that is parsed, of a form the fields.
 *
 * @throws {ProxyError} `request_too_large`, `invalid_json`, `invalid_request`
 */
export const readAsked = (request: Request, limit: number, read: (text: string) => void): Promise<ReadBody> => {
  const form = formTypeOf(request);
  if (form === null) {
    return readText(request, limit).then((text) => {
      read(text);
      return toBody(text);
    });
  }
  return readForm(request, form, limit).then((body) => {
    read(body.text);
    return body;
  });
};
