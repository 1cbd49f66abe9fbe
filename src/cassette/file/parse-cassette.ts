import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import * as z from "zod/mini";
import { endpointNames } from "../../mock/asked.ts";
import { lineEnds, type Cassette, type Interaction, type LineEnd, type RecordedBody, type Row } from "./interaction.ts";

const whole = z.number().check(z.nonnegative());
const texts = z.record(z.string(), z.string());
const instant = z
  .string()
  .check(z.refine((text) => !Number.isNaN(Date.parse(text)), "must be an instant such as 2026-11-20T10:02:11Z"));

const rowSchema = z.union([
  z.tuple([whole, z.string()]),
  z.tuple([whole, z.string(), z.string()]),
  z.tuple([whole, z.strictObject({ exact: z.string() })]),
  z.tuple([whole, z.strictObject({ base64: z.string() })]),
]);

const bodyKeys = ["json", "text", "file", "sse", "array"] as const;

const responseSchema = z
  .strictObject({
    status: z.int().check(z.gte(100), z.lte(599)),
    headers: z.optional(texts),
    ms: z.optional(whole),
    json: z.optional(z.unknown()),
    indent: z.optional(z.int().check(z.gte(0), z.lte(10))),
    newline: z.optional(z.boolean()),
    raw: z.optional(z.string()),
    text: z.optional(z.string()),
    file: z.optional(
      z.string().check(z.refine((name) => /^[^/\\]+\.files\/[\w.-]+$/.test(name), "must be <cassette>.files/<name>")),
    ),
    eol: z.optional(z.enum(["lf", "crlf", "cr"])),
    sse: z.optional(z.array(rowSchema)),
    array: z.optional(z.array(z.tuple([whole, z.string()]))),
    cuts: z.optional(z.array(z.int())),
  })
  .check(
    z.refine(
      (response) => bodyKeys.filter((key) => response[key] !== undefined).length <= 1,
      `has more than one body; keep one of ${bodyKeys.join(", ")}`,
    ),
  );

const interactionSchema = z.strictObject({
  key: z.string().check(z.minLength(1)),
  recorded: z.optional(instant),
  prints: z.optional(
    z.strictObject({
      system: z.optional(z.nullable(z.string())),
      tools: z.optional(z.nullable(z.string())),
      body: z.optional(z.string()),
    }),
  ),
  request: z.strictObject({
    method: z.string(),
    path: z.string().check(z.startsWith("/")),
    query: z.optional(z.string()),
    headers: z.optional(texts),
    endpoint: z.enum(endpointNames),
    body: z.optional(z.record(z.string(), z.unknown())),
  }),
  response: responseSchema,
});

const cassetteSchema = z.strictObject({
  qlite_cassette: z.literal(1, "must be 1; this version of qlite knows no other format"),
  recorded: instant,
  upstream: z.optional(z.string()),
  interactions: z.array(interactionSchema),
});

type Parsed = z.output<typeof cassetteSchema>;

const toRow = (row: z.output<typeof rowSchema>): Row => {
  const [ms, what, name = null] = row;
  if (typeof what === "string") return { kind: "event", ms, data: what, name };
  return "exact" in what ? { kind: "exact", ms, text: what.exact } : { kind: "bytes", ms, base64: what.base64 };
};

const toBody = (response: z.output<typeof responseSchema>): RecordedBody => {
  const { json, indent = 0, newline = false, raw = null, text, file, sse, array } = response;
  const eol: LineEnd = response.eol ?? "lf";
  if (json !== undefined) return { kind: "json", value: json, indent, end: newline ? lineEnds.lf : "", raw };
  if (text !== undefined) return { kind: "text", text };
  if (file !== undefined) return { kind: "file", file };
  if (sse !== undefined) return { kind: "events", eol, rows: sse.map(toRow) };
  if (array !== undefined) return { kind: "pieces", pieces: array.map(([ms, piece]) => ({ ms, text: piece })) };
  return { kind: "empty" };
};

const toInteraction = (parsed: Parsed["interactions"][number], recordedAt: number): Interaction => {
  const { key, recorded, prints, request, response } = parsed;
  return {
    key,
    recordedAt: recorded === undefined ? recordedAt : Date.parse(recorded),
    prints: { system: prints?.system ?? null, tools: prints?.tools ?? null, body: prints?.body ?? "" },
    request: {
      method: request.method,
      path: request.path,
      query: request.query ?? "",
      headers: request.headers ?? {},
      endpoint: request.endpoint,
      body: request.body ?? {},
    },
    response: {
      status: response.status,
      headers: response.headers ?? {},
      ms: response.ms ?? 0,
      body: toBody(response),
      cuts: response.cuts ?? null,
    },
  };
};

const place = (file: string, lines: LineCounter, offset: number): string => {
  const { line, col } = lines.linePos(offset);
  return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
};

const toPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");

const offsetOf = (document: Document, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return 0;
};

/** What is wrong with a text that is no cassette, with the place of the first fault. */
const explain = (text: string, file: string, issues: readonly z.core.$ZodIssue[]): string => {
  const lines = new LineCounter();
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(text);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  if (conflict !== null) {
    return `${place(file, lines, conflict.index)} is a conflict of git; keep the interactions of both sides`;
  }
  const [error] = document.errors;
  if (error !== undefined)
    return `${place(file, lines, error.pos[0])} is not YAML here: ${error.message.slice(0, 200)}`;
  const [issue] = issues;
  if (issue === undefined) return `${file}:1:1 cannot be read as YAML`;
  const where = issue.path.length === 0 ? "" : `${toPath(issue.path)}: `;
  return `${place(file, lines, offsetOf(document, issue.path))} ${where}${issue.message}`;
};

export type ParsedCassette =
  | { readonly kind: "ok"; readonly cassette: Cassette }
  /** `file:line:column path: what is wrong`. */
  | { readonly kind: "faulty"; readonly message: string };

/** Reads the text of a cassette; `file` is what a fault names. */
export const parseCassette = (text: string, file: string): ParsedCassette => {
  let value: unknown;
  try {
    value = Bun.YAML.parse(text);
  } catch {
    return { kind: "faulty", message: explain(text, file, []) };
  }
  const { data, error } = cassetteSchema.safeParse(value, { jitless: true });
  if (data === undefined) return { kind: "faulty", message: explain(text, file, error?.issues ?? []) };
  const recordedAt = Date.parse(data.recorded);
  const interactions = data.interactions.map((parsed) => toInteraction(parsed, recordedAt));
  return { kind: "ok", cassette: { recordedAt, upstream: data.upstream ?? null, interactions } };
};
