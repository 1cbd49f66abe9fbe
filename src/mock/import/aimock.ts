// Fixtures of aimock (formerly llmock).
// @see https://github.com/CopilotKit/aimock, src/types.ts, src/fixture-loader.ts and src/router.ts (read 2026-11-22)
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import { aimockResponse } from "./aimock-response.ts";
import type { Draft, Step } from "./draft.ts";
import { CannotCarry, convertAll, refuseRest, tellRest, type Convert, type Entry } from "./entry.ts";
import type { Tell } from "./report.ts";
import { compact, toDuration, toName, toPiece, toPrefix } from "./words.ts";

const endpoints: Readonly<Record<string, readonly string[]>> = {
  chat: ["chat", "responses", "messages", "gemini"],
  embedding: ["embeddings"],
  image: ["images"],
  speech: ["speech"],
  transcription: ["transcriptions"],
  translation: ["transcriptions"],
};

const toEndpoint = (match: Entry, name: string | undefined): JsonObject => {
  if (name === undefined) return {};
  const known = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  if (known === undefined) {
    throw new CannotCarry(
      match.at("endpoint"),
      `is ${name}, an endpoint that qlite does not mock`,
      "keep aimock for it",
    );
  }
  const path = name === "translation" ? { path: "*/audio/translations" } : {};
  return { endpoint: known.length === 1 ? known[0] : known, ...path };
};

/** Of a text or a list of texts, all of which must be there; an empty text says nothing. */
const toTexts = (match: Entry, key: string): unknown => {
  const written = match.take(key);
  const pieces = (Array.isArray(written) ? written : [written]).filter((piece) => piece !== undefined && piece !== "");
  if (pieces.length === 0) return undefined;
  const texts = pieces.map((piece) => {
    if (typeof piece === "string") return toPiece(piece);
    throw new CannotCarry(match.at(key), "is neither text nor a list of texts", "write the fixture by hand");
  });
  return texts.length === 1 ? texts[0] : { all: texts };
};

const formats = new Set(["text", "json_object", "json_schema"]);

const toFormat = (match: Entry): string | undefined => {
  const format = match.text("responseFormat");
  if (format === undefined || formats.has(format)) return format;
  throw new CannotCarry(
    match.at("responseFormat"),
    `is ${format}, which no request asks for`,
    "write the fixture by hand",
  );
};

const toMatch = (match: Entry): JsonObject => {
  if (match.take("predicate") !== undefined) {
    const todo = "write `match: { where: <JSONPath> }`, or `match: { js: … }` in qlite/testing";
    throw new CannotCarry(match.at("predicate"), "is a function, which a file cannot hold", todo);
  }
  const input = toTexts(match, "inputText");
  const user = toTexts(match, "userMessage");
  if (input !== undefined && user !== undefined) {
    throw new CannotCarry(
      match.at("inputText"),
      "stands beside userMessage; no request has both",
      "take one of them out",
    );
  }
  const endpoint = match.text("endpoint") ?? (input === undefined ? undefined : "embedding");
  const model = match.text("model");
  const tool = match.text("toolName");
  const id = match.text("toolCallId");
  const contains = match.text("toolResultContains");
  const hasResult = match.flag("hasToolResult");
  const turn = match.number("turnIndex");
  const context = match.text("context");
  const result = compact({
    id: id === undefined ? undefined : toName(id),
    contains: contains === undefined || contains === "" ? undefined : toPiece(contains),
  });
  return compact({
    ...toEndpoint(match, endpoint),
    model: model === undefined ? undefined : toPrefix(model, String.raw`(-\d|$)`),
    user: user ?? input,
    system: toTexts(match, "systemMessage"),
    tools: tool === undefined ? undefined : toName(tool),
    tool_result: Object.keys(result).length > 0 ? result : hasResult,
    turn: turn === undefined ? undefined : turn + 1,
    response_format: toFormat(match),
    headers: context === undefined ? undefined : { "x-aimock-context": { exact: context } },
  });
};

const toStep = (match: Entry, written: unknown): Step | null => {
  const index = match.number("sequenceIndex");
  if (index === undefined) return null;
  const rest = isObject(written) ? Object.entries(written).filter(([key]) => key !== "sequenceIndex") : [];
  return { group: JSON.stringify(rest.toSorted(([a], [b]) => (a < b ? -1 : 1))), index, repeats: false };
};

/** Waits: a profile, else those that were recorded, else the flat one. */
const toStream = (entry: Entry, tell: Tell): JsonObject | undefined => {
  const latency = entry.number("latency");
  const size = entry.number("chunkSize");
  const profile = entry.map("streamingProfile");
  const recorded = entry.map("recordedTimings");
  const speed = entry.number("replaySpeed") ?? 1;
  const flat = latency === undefined || latency <= 0 ? undefined : toDuration(latency);
  let [ttft, gap]: [unknown, unknown] = [flat, flat];
  if (recorded !== undefined) {
    const delays = (recorded.list("interChunkDelaysMs") ?? []).filter((delay) => typeof delay === "number");
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / Math.max(1, delays.length);
    ttft = toDuration((recorded.number("ttftMs") ?? 0) / speed);
    gap = toDuration(mean / speed);
    recorded.take("totalDurationMs");
    tell(
      "partly",
      recorded.path,
      "its waits are carried over as their mean",
      "record anew with qlite if each wait matters",
    );
    tellRest(recorded, tell);
  }
  if (profile !== undefined) {
    const first = profile.number("ttft");
    const tps = profile.number("tps");
    const jitter = Math.min(1, profile.number("jitter") ?? 0);
    const toWait = (ms: number): unknown =>
      jitter > 0
        ? { dist: "uniform", min: toDuration(ms * (1 - jitter)), max: toDuration(ms * (1 + jitter)) }
        : toDuration(ms);
    if (first !== undefined) ttft = toWait(first);
    if (tps !== undefined && tps > 0) gap = toWait(1000 / tps);
    tellRest(profile, tell);
  }
  const chunk = size === undefined || size < 1 ? undefined : { by: "char", size: Math.floor(size) };
  const stream = compact({ chunk, ttft, gap });
  return Object.keys(stream).length === 0 ? undefined : stream;
};

const toFaults = (entry: Entry, tell: Tell): readonly JsonObject[] | undefined => {
  const faults: JsonObject[] = [];
  const chunks = entry.number("truncateAfterChunks");
  const ms = entry.number("disconnectAfterMs");
  const chaos = entry.map("chaos");
  if (chunks !== undefined) faults.push({ after: { events: chunks }, close: "reset" });
  if (ms !== undefined) faults.push({ after: { ms }, close: "reset" });
  if (chaos !== undefined) {
    const rates = [
      ["dropRate", { status: 500 }],
      ["malformedRate", { malformed: "json" }],
      ["disconnectRate", { close: "reset" }],
    ] as const;
    for (const [key, fault] of rates) {
      const probability = chaos.number(key);
      if (probability !== undefined && probability > 0)
        faults.push({ on: { probability: Math.min(1, probability) }, ...fault });
    }
    const what = "its rates are carried over as faults that are drawn from the seed, each for itself";
    tell("partly", chaos.path, what, "prefer `on: { first: N }` to a probability");
    tellRest(chaos, tell);
  }
  return faults.length === 0 ? undefined : faults;
};

const toDraft = (entry: Entry, tell: Tell): Draft => {
  const match = entry.map("match");
  const response = entry.map("response");
  if (match === undefined || response === undefined) {
    throw new CannotCarry(entry.path, "has no match or no response", "look at the file");
  }
  const step = toStep(match, entry.take("match"));
  const wanted = toMatch(match);
  refuseRest(match);
  const answer = aimockResponse(response, tell);
  const more = compact({ faults: toFaults(entry, tell), stream: toStream(entry, tell) });
  if (entry.take("metadata") !== undefined)
    tell("note", entry.at("metadata"), "has no part in an answer and was not carried over");
  tellRest(entry, tell);
  return { path: entry.path, match: wanted, response: answer, more, step };
};

/** Reads a file of aimock's fixtures: JSON with a list `fixtures`. */
export const convertAimock: Convert = (value, tell) => {
  if (!isObject(value) || !Array.isArray(value["fixtures"])) {
    return { kind: "other", why: "holds no list `fixtures`, as files of aimock's fixtures do" };
  }
  const file = Object.keys(value).filter((key) => key !== "fixtures");
  for (const key of file)
    tell("partly", [key], "is not known to qlite and was not carried over", "see whether a test needs it");
  const drafts = convertAll(value["fixtures"], ["fixtures"], tell, (entry) => toDraft(entry, tell));
  return { kind: "ok", drafts, defaults: {} };
};
