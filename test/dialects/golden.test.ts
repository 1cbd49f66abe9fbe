// The same conversation and the same reply, written by hand in each dialect, and what qlite makes of it in the others.
// A folder of test/fixtures/golden is a case: `<dialect>.request.json` and `.reply.json` are the hand's, any with `--`
// in its name is ours. `QLITE_GOLDEN=write bun test test/dialects/golden.test.ts` writes ours anew, to be read then.
import { expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ClientDialectName, DialectName, JsonObject } from "../../src/dialects/conversation.ts";
import { needObject } from "../../src/dialects/fields.ts";
import { ProxyError } from "../../src/errors.ts";
import { parseJson } from "../../src/wire/lossless-json.ts";
import {
  clientNames,
  orRefusal,
  plainConversation,
  readReply,
  readRequest,
  targets,
  upstreamNames,
  writeReply,
  writeRequest,
} from "./support/speak.ts";

const root = join(import.meta.dir, "../fixtures/golden");
const isWriting = process.env["QLITE_GOLDEN"] === "write";
const cases = readdirSync(root).sort();

/** With its numbers as they are spelled. */
const read = async (path: string): Promise<JsonObject | null> => {
  const file = Bun.file(path);
  return (await file.exists()) ? needObject(parseJson(await file.text()), "") : null;
};

interface Made {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

const toMade = (run: () => Made): Made => {
  const made = orRefusal(run);
  if (!(made instanceof ProxyError)) return made;
  const { code, param, message } = made;
  return { body: { refused: { code, param, message } }, dropped: [] };
};

const pretty = (body: unknown): string => JSON.stringify(body, null, 2);

const both = (one: readonly string[], other: readonly string[]): readonly string[] => [...new Set([...one, ...other])];

const makeRequest = (from: ClientDialectName, to: DialectName, body: JsonObject): Made =>
  toMade(() => {
    const conversation = readRequest(from, body, targets[to].model);
    const written = writeRequest(to, conversation.value);
    return { body: written.value, dropped: both(conversation.dropped, written.dropped) };
  });

const makeReply = (from: DialectName, to: ClientDialectName, body: JsonObject, request: JsonObject | null): Made =>
  toMade(() => {
    const reply = readReply(from, body);
    const conversation = request === null ? plainConversation : readRequest(to, request, targets[from].model).value;
    const written = writeReply(to, reply.value, conversation);
    return { body: written.value, dropped: both(reply.dropped, written.dropped) };
  });

/** What a case makes, by file name. */
const make = async (folder: string): Promise<ReadonlyMap<string, unknown>> => {
  const made = new Map<string, unknown>();
  const dropped = new Map<string, Record<string, readonly string[]>>();
  const keep = (pair: string, what: "request" | "reply", { body, dropped: names }: Made): void => {
    made.set(`${pair}.${what}.json`, body);
    if (names.length > 0) dropped.set(pair, { ...dropped.get(pair), [what]: names });
  };
  for (const from of upstreamNames) {
    const request = await read(join(folder, `${from}.request.json`));
    const reply = await read(join(folder, `${from}.reply.json`));
    for (const to of upstreamNames) {
      const pair = `${from}--${to}`;
      if (from === to) continue;
      if (request !== null && from !== "bedrock-converse") keep(pair, "request", makeRequest(from, to, request));
      if (reply === null || to === "bedrock-converse") continue;
      keep(pair, "reply", makeReply(from, to, reply, await read(join(folder, `${to}.request.json`))));
    }
  }
  for (const [pair, names] of dropped) made.set(`${pair}.dropped.json`, names);
  return made;
};

const isOurs = (name: string): boolean => name.includes("--");

test.each(cases)("golden files of %s: every dialect in every other", async (name) => {
  const folder = join(root, name);
  const made = await make(folder);
  if (isWriting) {
    for (const file of readdirSync(folder).filter(isOurs)) rmSync(join(folder, file));
    for (const [file, body] of made) await Bun.write(join(folder, file), `${pretty(body)}\n`);
  }
  expect(readdirSync(folder).filter(isOurs).sort()).toEqual([...made.keys()].sort());
  for (const [file, body] of made) {
    expect(`${file} ${pretty(body)}`).toEqual(`${file} ${pretty(await read(join(folder, file)))}`);
  }
});

test("every case is told by hand in every client's dialect that has words for it", () => {
  for (const name of cases) {
    const files = new Set(readdirSync(join(root, name)));
    const has = (what: string): readonly string[] => clientNames.filter((one) => files.has(`${one}.${what}.json`));
    expect([name, Math.max(has("request").length, has("reply").length)]).toEqual([name, clientNames.length]);
  }
});
