// The last look at a recording before it is written.
import { Buffer } from "node:buffer";
import { isObject } from "../../dialects/fields.ts";
import type { Asked } from "../../mock/asked.ts";
import { joinWritten, toWritten, type SideFile } from "../file/body.ts";
import type { Interaction, RecordedBody, RecordedResponse, Row } from "../file/interaction.ts";
import { joinTexts } from "./joined-texts.ts";
import { mapTexts, type Secrets } from "./secrets.ts";
import { eventsOf } from "../transcode.ts";

type Find = (text: string) => string | null;

/** The first find in any text of a value, the names of fields among them. */
const findIn = (value: unknown, find: Find): string | null => {
  if (typeof value === "string") return find(value);
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = findIn(item, find);
      if (found !== null) return found;
    }
    return null;
  }
  if (!isObject(value)) return null;
  for (const [key, item] of Object.entries(value)) {
    const found = find(key) ?? findIn(item, find);
    if (found !== null) return found;
  }
  return null;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** All a body says, also what is put together of the pieces of its stream. */
const findInBody = (body: RecordedBody, side: SideFile | null, find: Find): string | null => {
  if (body.kind === "json") return findIn(body.value, find) ?? find(body.raw ?? "");
  if (body.kind === "text") return find(body.text);
  if (body.kind === "empty") return null;
  if (body.kind === "file") return side === null ? null : find(Buffer.from(side.bytes).toString("latin1"));
  const written = new TextDecoder().decode(joinWritten(toWritten(body, 0, () => new Uint8Array(0))));
  let values: readonly unknown[] = [];
  try {
    values = eventsOf(body).map(({ data }) => parse(data));
  } catch {
    // What is no stream of events was looked through as text.
  }
  return find(written) ?? findIn(values, find) ?? findIn(joinTexts(values), find);
};

const at = (found: string | null, where: string): string | null => (found === null ? null : `${found} in ${where}`);

/**
 * Where a secret stands in what was asked and answered, such as `an OpenAI key in the answer`; null for nowhere.
 *
 * `known` are secrets of this very request.
 */
export const findLeak = (
  asked: Pick<Asked, "body" | "path">,
  { request, response }: Pick<Interaction, "request" | "response">,
  side: SideFile | null,
  secrets: Secrets,
  known: readonly string[],
): string | null => {
  // What the user named is taken out, and so no leak.
  const find: Find = (text) => secrets.find(secrets.redactOwn(text), known);
  return (
    at(findIn(asked.body, find), "the request") ??
    at(
      find(asked.path) ?? find(request.query) ?? findIn(request.headers, find),
      "the address or headers of the request",
    ) ??
    at(findIn(response.headers, find), "the headers of the answer") ??
    at(findInBody(response.body, side, find), "the answer")
  );
};

type ChangeText = (text: string) => string;

const changeRow = (row: Row, change: ChangeText): Row => {
  if (row.kind === "event") return { ...row, data: change(row.data) };
  return row.kind === "exact" ? { ...row, text: change(row.text) } : row;
};

const changeBody = (body: RecordedBody, change: ChangeText): RecordedBody => {
  switch (body.kind) {
    case "json":
      return { ...body, value: mapTexts(body.value, change), raw: body.raw === null ? null : change(body.raw) };
    case "text":
      return { ...body, text: change(body.text) };
    case "events":
      return { ...body, rows: body.rows.map((row) => changeRow(row, change)) };
    case "pieces":
      return { ...body, pieces: body.pieces.map(({ ms, text }) => ({ ms, text: change(text) })) };
    case "empty":
    case "file":
      return body;
  }
};

/** Changes every text of a reply. */
export const changeResponse = (response: RecordedResponse, change: ChangeText): RecordedResponse => ({
  ...response,
  headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, change(value)])),
  body: changeBody(response.body, change),
});

/** Changes every text of a recording; what it does not change stays the same object, byte for byte. */
export const changeInteraction = (interaction: Interaction, change: ChangeText): Interaction => ({
  ...interaction,
  request: {
    ...interaction.request,
    path: change(interaction.request.path),
    query: change(interaction.request.query),
    headers: Object.fromEntries(
      Object.entries(interaction.request.headers).map(([name, value]) => [name, change(value)]),
    ),
    body: Object.fromEntries(
      Object.entries(interaction.request.body).map(([name, value]) => [name, mapTexts(value, change)]),
    ),
  },
  response: changeResponse(interaction.response, change),
});

/** A secret in what is about to be written, the pieces of a stream put together. */
export const findInInteraction = (
  { request, response }: Interaction,
  side: SideFile | null,
  secrets: Secrets,
  known: readonly string[] = [],
): string | null => {
  const find: Find = (text) => secrets.find(text, known);
  return (
    findIn([request.path, request.query, request.headers, request.body, response.headers], find) ??
    findInBody(response.body, side, find)
  );
};
