import { createLog, createRedactor, type LogFields } from "../../src/log.ts";
import type { Case } from "./case.ts";

const secrets = ["sk-bench-0123456789"];
const { suspects } = createRedactor(secrets);
const linesEach = 100;
const instant = Date.UTC(2026, 10, 22, 8, 30, 15, 123);
const time = new Date(instant).toISOString();

/** The access log's fields of an ordinary exchange; the id and the times differ from line to line. */
const toFields = (index: number) => ({
  id: `01a202e5-ba99-7140-9f6c-0d083a14f${(index + 256).toString(16)}`,
  client: "127.0.0.1",
  method: "POST",
  path: "/v1/chat/completions",
  model: "gpt-5.4-mini",
  provider: "openai",
  stream: false,
  status: 200,
  bytes: 288 + index,
  head_ms: Math.round(index * 137) / 100,
  total_ms: Math.round(index * 139) / 100,
  ended: "complete",
  error: undefined,
  cause: undefined,
  upstream_id: undefined,
});

let taken = "";
const log = createLog({
  level: "info",
  format: "json",
  sink: (text, done) => {
    taken = text;
    done();
  },
  now: () => instant,
  secrets,
});

const needsNoEscape = /^[\w ./:@+*-]*$/;
const toValue = (value: string | number | boolean): string => {
  if (typeof value !== "string") return String(value);
  return needsNoEscape.test(value) ? `"${value}"` : JSON.stringify(value);
};

const fromParts = (fields: LogFields): string => {
  let line = `{"time":"${time}","level":"info","msg":"exchange"`;
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) line += `,"${key}":${toValue(value)}`;
  }
  return `${line}}\n`;
};

const fromSpread = (fields: LogFields): string =>
  `${JSON.stringify({ time, level: "info", msg: "exchange", ...fields })}\n`;

/** The lines of a batch, each searched for secrets as a whole, as one text. */
const batch = (toLine: (fields: LogFields) => string): string => {
  const lines: string[] = [];
  for (let index = 0; index < linesEach; index += 1) {
    const line = toLine(toFields(index));
    lines.push(suspects(line) ? "" : line);
  }
  return lines.join("");
};

export const logCases: readonly Case[] = [
  {
    name: "log: one line of 12 fields",
    per: linesEach,
    variants: {
      "createLog: the fields by JSON.stringify, searched by themselves": async () => {
        for (let index = 0; index < linesEach; index += 1) log.write("info", "exchange", toFields(index));
        await log.flush();
        return taken;
      },
      "put together from its parts, searched as a whole": () => batch(fromParts),
      "JSON.stringify of time, level, message and fields in one object": () => batch(fromSpread),
    },
  },
];
