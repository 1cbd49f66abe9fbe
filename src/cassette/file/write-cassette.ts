import {
  toStamp,
  type Cassette,
  type Interaction,
  type RecordedBody,
  type RecordedResponse,
  type Row,
} from "./interaction.ts";
import { writeBlock, writeFlow } from "./write-yaml.ts";

const field = (indent: number, name: string, value: unknown): string =>
  `${" ".repeat(indent)}${name}:${writeBlock(value, indent + 2)}`;

const flowField = (indent: number, name: string, value: unknown): string =>
  `${" ".repeat(indent)}${name}: ${writeFlow(value)}\n`;

/** The exact text of an event always stands in single quotes, where that can be. */
const writeData = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? `'${text.replaceAll("'", "''")}'` : writeFlow(text);

const writeRow = (row: Row): string => {
  if (row.kind === "bytes") return writeFlow([row.ms, { base64: row.base64 }]);
  if (row.kind === "exact") return writeFlow([row.ms, { exact: row.text }]);
  const name = row.name === null ? "" : `, ${writeFlow(row.name)}`;
  return `[${row.ms}, ${writeData(row.data)}${name}]`;
};

const writeRows = (name: string, rows: readonly string[]): string =>
  rows.length === 0 ? `      ${name}: []\n` : `      ${name}:\n${rows.map((row) => `        - ${row}\n`).join("")}`;

const writeBody = (body: RecordedBody): string => {
  switch (body.kind) {
    case "empty":
      return "";
    case "json": {
      const indent = body.indent === 0 ? "" : field(6, "indent", body.indent);
      const end = body.end === "" ? "" : field(6, "newline", true);
      const raw = body.raw === null ? "" : field(6, "raw", body.raw);
      return `${field(6, "json", body.value)}${indent}${end}${raw}`;
    }
    case "text":
      return field(6, "text", body.text);
    case "file":
      return field(6, "file", body.file);
    case "events":
      return `${field(6, "eol", body.eol)}${writeRows("sse", body.rows.map(writeRow))}`;
    case "pieces":
      return writeRows(
        "array",
        body.pieces.map(({ ms, text }) => writeFlow([ms, text])),
      );
  }
};

const writeResponse = ({ status, headers, ms, body, cuts }: RecordedResponse): string =>
  [
    "    response:\n",
    field(6, "status", status),
    Object.keys(headers).length === 0 ? "" : field(6, "headers", headers),
    field(6, "ms", ms),
    writeBody(body),
    cuts === null ? "" : flowField(6, "cuts", cuts),
  ].join("");

/** An interaction as an item of the list in its file. */
export const writeInteraction = ({ key, recordedAt, prints, request, response }: Interaction): string => {
  const { method, path, query, headers, endpoint, body } = request;
  return [
    `  - key: ${key}\n`,
    `    recorded: ${toStamp(recordedAt)}\n`,
    flowField(4, "prints", prints),
    "    request:\n",
    field(6, "method", method),
    field(6, "path", path),
    query === "" ? "" : field(6, "query", query),
    Object.keys(headers).length === 0 ? "" : field(6, "headers", headers),
    field(6, "endpoint", endpoint),
    field(6, "body", body),
    writeResponse(response),
  ].join("");
};

/** A whole file; `write` is `writeInteraction`, or one that remembers. */
export const writeCassette = (
  { recordedAt, upstream, interactions }: Cassette,
  write: (interaction: Interaction) => string = writeInteraction,
): string => {
  const head = `qlite_cassette: 1\nrecorded: ${toStamp(recordedAt)}\n${upstream === null ? "" : field(0, "upstream", upstream)}`;
  if (interactions.length === 0) return `${head}interactions: []\n`;
  return `${head}interactions:\n${interactions.map(write).join("")}`;
};
