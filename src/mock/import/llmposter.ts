// Fixtures of llmposter, and what it records, which are fixtures too.
// @see https://github.com/SkillDoAI/llmposter, docs/fixtures.md, docs/scenarios.md, docs/failure-simulation.md and
// src/fixture.rs (read 2026-11-22)
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject, toObject } from "../../dialects/fields.ts";
import type { Draft, Step } from "./draft.ts";
import { CannotCarry, convertAll, refuseRest, tellRest, toEntry, type Convert, type Entry } from "./entry.ts";
import { llmposterResponse } from "./llmposter-response.ts";
import type { Tell } from "./report.ts";
import { toSteps } from "./scenarios.ts";
import { compact, toDuration, toPiece } from "./words.ts";

/** What Rust writes in another way: flags in front, and `(?P<name>`. */
const toRegex = (pattern: string): string => {
  const [, flags = "", rest = ""] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(pattern) ?? [];
  return `/${rest.replaceAll("(?P<", "(?<")}/${flags}`;
};

const toText = (match: Entry, key: string, isName: boolean): unknown => {
  const written = match.take(key);
  if (written === undefined || written === "") return undefined;
  if (typeof written === "string") return isName ? { contains: written } : toPiece(written);
  const form = toEntry(written, match.at(key));
  const pattern = form.text("regex");
  refuseRest(form);
  if (pattern === undefined)
    throw new CannotCarry(form.path, "is neither text nor { regex: … }", "write the fixture by hand");
  return toRegex(pattern);
};

const endpoints: Readonly<Record<string, unknown>> = {
  openai: ["chat", "completions"],
  anthropic: "messages",
  gemini: "gemini",
  responses: "responses",
};

const toEndpoint = (entry: Entry, isEmbedding: boolean): unknown => {
  const provider = entry.text("provider");
  if (isEmbedding) return "embeddings";
  if (provider === undefined) return undefined;
  const name = provider.toLowerCase();
  if (Object.hasOwn(endpoints, name)) return endpoints[name];
  throw new CannotCarry(
    entry.at("provider"),
    `is ${provider}, which qlite does not know`,
    "write `match: { endpoint: … }` by hand",
  );
};

const toMatch = (entry: Entry, isEmbedding: boolean): JsonObject => {
  const match = entry.map("match") ?? toEntry({}, entry.at("match"));
  const wanted = compact({
    endpoint: toEndpoint(entry, isEmbedding),
    model: toText(match, "model", true),
    user: toText(match, "user_message", false),
  });
  refuseRest(match);
  return wanted;
};

const toStream = (streaming: Entry | undefined, failure: Entry | undefined, tell: Tell): JsonObject | undefined => {
  const gap = streaming?.number("latency") ?? 0;
  const size = streaming?.number("chunk_size");
  const first = failure?.number("latency_ms");
  const jitter = failure?.number("latency_jitter_ms") ?? 0;
  if (streaming !== undefined) tellRest(streaming, tell);
  const wait =
    jitter > 0
      ? { dist: "uniform", min: toDuration(Math.max(0, gap - jitter)), max: toDuration(gap + jitter) }
      : toDuration(gap);
  const stream = compact({
    chunk: size === undefined || size < 1 ? undefined : { by: "char", size },
    ttft: first === undefined ? undefined : toDuration(first),
    gap: gap > 0 ? wait : undefined,
  });
  return Object.keys(stream).length === 0 ? undefined : stream;
};

const toFaults = (failure: Entry | undefined, tell: Tell): readonly JsonObject[] | undefined => {
  if (failure === undefined) return undefined;
  const frames = failure.number("truncate_after_frames") ?? failure.number("truncate_after_chunks");
  const ms = failure.number("disconnect_after_ms");
  const probability = failure.number("probability");
  const faults: JsonObject[] = [];
  if (frames !== undefined) faults.push({ truncate: { events: frames } });
  if (ms !== undefined) faults.push({ after: { ms }, close: "reset" });
  if (failure.flag("duplicate_frames") === true) {
    faults.push({ ...(probability === undefined || probability >= 1 ? {} : { on: { probability } }), duplicate: 1 });
    tell(
      "partly",
      failure.at("duplicate_frames"),
      "only the first event comes twice",
      "add a fault `duplicate: N` for each further event",
    );
  } else if (probability !== undefined && probability < 1) {
    tell("partly", failure.at("probability"), "the waits vary for every request", "");
  }
  if (failure.take("chaos_seed") !== undefined)
    tell("note", failure.at("chaos_seed"), "the seed of the mock is `--seed`");
  failure.take("truncate_after_chunks");
  tellRest(failure, tell);
  return faults.length === 0 ? undefined : faults;
};

const toDraft = (entry: Entry, steps: ReadonlyMap<number, Step | string>, index: number, tell: Tell): Draft => {
  const step = steps.get(index) ?? null;
  if (typeof step === "string")
    throw new CannotCarry(entry.at("scenario"), step, "write the answers as `turns` of one fixture");
  entry.take("scenario");
  const failure = entry.map("failure");
  const isEmbedding = toObject(entry.take("response"))?.["embedding"] !== undefined;
  const match = toMatch(entry, isEmbedding);
  const response = llmposterResponse(entry, failure?.flag("corrupt_body") === true, tell);
  const priority = entry.number("priority");
  const isCatchAll = entry.flag("catch_all") ?? Object.keys(match).every((key) => key === "endpoint");
  const more = compact({
    priority: priority === undefined || priority === 0 ? undefined : priority,
    catch_all: isCatchAll && step === null ? true : undefined,
    stream: toStream(entry.map("streaming"), failure, tell),
    faults: toFaults(failure, tell),
  });
  tellRest(entry, tell);
  return { path: entry.path, match, response, more, step };
};

/** Reads a file of llmposter's fixtures: YAML with a list `fixtures`. */
export const convertLlmposter: Convert = (value, tell) => {
  if (!isObject(value) || !Array.isArray(value["fixtures"])) {
    return { kind: "other", why: "holds no list `fixtures`, as files of llmposter's fixtures do" };
  }
  const { fixtures, ...file } = value;
  for (const key of Object.keys(file))
    tell("partly", [key], "is not known to qlite and was not carried over", "see whether a test needs it");
  const entries: readonly unknown[] = Array.isArray(fixtures) ? fixtures : [];
  const steps = toSteps(entries);
  const drafts = convertAll(entries, ["fixtures"], tell, (entry) =>
    toDraft(entry, steps, Number(entry.path.at(-1)), tell),
  );
  return { kind: "ok", drafts, defaults: {} };
};
