// A mock in another process, spoken to by its control API.
import type { JournalEntry, Verdict } from "../mock/journal/verdict.ts";
import type { Asker } from "./ask.ts";
import type { Backend, Written } from "./backend.ts";
import { holdsFunction } from "./written.ts";

const isMap = (value: unknown): value is Written => typeof value === "object" && value !== null;

const read = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const messageOf = (value: unknown, text: string): string => {
  const error = isMap(value) ? value["error"] : undefined;
  const message = isMap(error) ? error["message"] : undefined;
  return typeof message === "string" ? message : text.slice(0, 500);
};

const noFunctions = (what: string, value: unknown): void => {
  if (!holdsFunction(value)) return;
  throw new Error(
    `${what} holds a function, and the mock runs in a process of its own, which no function reaches; write where: with a JSONPath, or run the test under Bun`,
  );
};

// The control API is of our own version, so what it tells is of the shape we know.
const toEntries = (value: unknown): readonly JournalEntry[] => {
  const list: readonly JournalEntry[] = isMap(value) && Array.isArray(value["requests"]) ? value["requests"] : [];
  return list;
};

const isVerdict = (value: unknown): value is Verdict =>
  isMap(value) && isMap(value["outcomes"]) && Array.isArray(value["unmatched"]) && Array.isArray(value["unused"]);

const inScope = (scope: string | null): string => (scope === null ? "" : `?scope=${encodeURIComponent(scope)}`);

/** Makes the backend over the control API of the mock at `url`, which has no slash at its end. */
export const createRemoteBackend = ({ ask }: Asker, url: string): Backend => {
  const base = `${url}/__qlite/mock`;
  const send = (method: string, path: string, body?: unknown, allowed?: number): unknown => {
    const { status, text } = ask(method, `${base}/${path}`, body);
    if (status === 0) throw new Error(`the mock at ${url} cannot be reached: ${text}`);
    const value = read(text);
    if (status >= 400 && status !== allowed) throw new Error(messageOf(value, text));
    return value;
  };
  const requests = (scope: string | null) => toEntries(send("GET", `requests${inScope(scope)}`));
  return {
    requests,
    open: (name, { seed, cassette }) => void send("POST", "scopes", { name, seed, cassette }),
    drop: (name) => void send("DELETE", `scopes/${encodeURIComponent(name)}`, undefined, 404),
    put: (scope, id, fixture) => {
      noFunctions(`the fixture ${id}`, fixture);
      send("PUT", `fixtures/${encodeURIComponent(id)}${inScope(scope)}`, fixture);
    },
    whyNot: (entry, match) => {
      noFunctions("expect", match);
      const fitting = toEntries(send("POST", `requests/find${inScope(entry.scope)}`, { match }));
      if (fitting.some(({ id, at }) => id === entry.id && at === entry.at)) return [];
      const expect = [{ match, count: fitting.length + 1 }];
      const told = send("POST", "verify", { scope: entry.scope, expect }, 409);
      const message = isMap(told) && typeof told["message"] === "string" ? told["message"] : "";
      return message
        .split("\n")
        .slice(1)
        .map((line) => line.trim());
    },
    verdict: (scope) => {
      const told = send("GET", `verdict${inScope(scope)}`);
      if (isVerdict(told)) return told;
      throw new Error(`what answers at ${url} is no mock of qlite`);
    },
    reset: (scope) =>
      void send("POST", `reset${inScope(scope)}`, {
        requests: true,
        counters: true,
        runtime_fixtures: true,
        faults: true,
      }),
  };
};
