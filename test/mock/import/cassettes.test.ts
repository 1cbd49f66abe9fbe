import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { toWritten, joinWritten } from "../../../src/cassette/file/body.ts";
import { readCassettes } from "../../../src/cassette/file/store.ts";
import { isWhole } from "../../../src/mock/import/report.ts";
import { chat, chatReply, stream } from "../../cassette/support.ts";
import { createFolder, fixtures, importInto, placesOf, redacting, serveImported } from "./support.ts";

const user = (content: string) => [{ role: "user" as const, content }];

/** The recordings of an import, each with the bytes of its reply. */
const recordingsIn = async (folder: string, name: string) => {
  const cassettes = join(folder, "cassettes");
  const cassette = (await readCassettes(cassettes)).get(name);
  return (cassette?.interactions ?? []).map(({ request, response, recordedAt }) => ({
    path: request.path,
    body: request.body,
    recordedAt,
    ms: response.ms,
    headers: response.headers,
    response: response.body,
    bytes: Buffer.from(joinWritten(toWritten(response.body, 0, (file) => readFileSync(join(cassettes, file))))),
  }));
};

interface Entry {
  readonly url?: string;
  readonly body?: unknown;
  readonly post?: Record<string, unknown>;
  readonly status?: number;
  readonly type?: string;
  readonly encoding?: string;
  readonly content?: Record<string, unknown>;
  readonly more?: Record<string, unknown>;
}

const url = "https://api.openai.com/v1/chat/completions";

const toHarEntry = ({ more = {}, ...entry }: Entry) => {
  const packing = entry.encoding === undefined ? [] : [{ name: "content-encoding", value: entry.encoding }];
  const made = {
    startedDateTime: "2026-11-20T10:00:00.000Z",
    time: 30,
    timings: { send: 0, wait: 20, receive: 10 },
    request: {
      method: "POST",
      url: entry.url ?? url,
      headers: [{ name: "Content-Type", value: "application/json" }],
      postData: entry.post ?? { mimeType: "application/json", text: JSON.stringify(entry.body ?? chat("Hi")) },
    },
    response: {
      status: entry.status ?? 200,
      headers: [{ name: "content-type", value: entry.type ?? "application/json" }, ...packing],
      content: entry.content ?? { mimeType: "", text: JSON.stringify(chatReply("Hello.")) },
    },
  };
  return Object.assign(made, more);
};

/** A HAR file of one entry for each. */
const harOf = (...entries: readonly Entry[]): string =>
  JSON.stringify({ log: { version: "1.2", entries: entries.map(toHarEntry) } });

test("vcr: a cassette of vcrpy is replayed to the official SDK in the scope that is named as its file", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const report = await importInto(folder, "vcr", [join(fixtures, "vcr")]);
  expect([report.notes, report.faults, report.passedOver]).toEqual([[], [], 1]);
  expect(isWhole(report)).toBe(true);
  expect(report.written).toEqual([
    { file: "cassettes/ruby.yaml", count: 1, scope: "ruby" },
    { file: "cassettes/test_chat.test_stream.yaml", count: 1, scope: "test_chat.test_stream" },
  ]);
  const written = readdirSync(join(folder, "cassettes"))
    .map((name) => temporary.read(`cassettes/${name}`))
    .join("");
  expect(written).not.toMatch(/REDACTED-REDACTED|__cf_bm|robots/);

  await using python = await serveImported(folder, "test_chat.test_stream");
  const events = await python.openai.chat.completions.create({
    model: "gpt-4o-mini",
    messages: user("Say hello"),
    stream: true,
  });
  let text = "";
  for await (const event of events) text += event.choices[0]?.delta.content ?? "";
  expect(text).toBe("Hello, wörld");

  await using ruby = await serveImported(folder, "ruby");
  const reply = await ruby.anthropic.messages.create({ model: "claude-test", max_tokens: 64, messages: user("Ping") });
  expect(reply.content).toMatchObject([{ type: "text", text: "Pong" }]);
});

test("har: requests to LLM endpoints alone are taken, their streams byte for byte and with the times there are", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const file = join(fixtures, "har/session.har");
  const report = await importInto(folder, "har", [file], { scope: "default" });
  expect([report.notes, report.passedOver]).toEqual([[], 3]);
  expect(report.written).toEqual([{ file: "cassettes/default.yaml", count: 2, scope: "default" }]);
  const [whole, streamed] = await recordingsIn(folder, "default");
  const log = JSON.parse(readFileSync(file, "utf8")).log;
  expect(whole?.bytes.toString()).toBe(log.entries[2].response.content.text);
  expect(streamed?.bytes.toString()).toBe(log.entries[3].response.content.text);
  expect([whole?.ms, streamed?.ms, streamed?.headers]).toEqual([650, 650, { "content-type": "text/event-stream" }]);
  expect(streamed?.response.kind === "events" ? streamed.response.rows.map(({ ms }) => ms) : []).toEqual([
    400, 650, 650, 650, 650,
  ]);
  expect(streamed?.recordedAt).toBe(Date.parse("2026-11-20T10:02:11Z"));

  await using served = await serveImported(folder);
  const { choices } = await served.openai.chat.completions.create({ model: "gpt-4o", messages: user("Hello") });
  expect(choices[0]?.message.content).toBe("Hello from a HAR.");
});

const sse = stream("openai-chat/text.sse");
const json = JSON.stringify(chatReply("Packed."));
const base64 = (bytes: Uint8Array) => ({
  mimeType: "",
  encoding: "base64",
  text: Buffer.from(bytes).toString("base64"),
});

describe("a reply is unpacked", () => {
  test.each([
    ["gzip", gzipSync(json)],
    ["deflate", deflateSync(json)],
    ["deflate", deflateRawSync(json)],
    ["br", brotliCompressSync(json)],
    ["zstd", zstdCompressSync(json)],
    ["gzip, br", brotliCompressSync(gzipSync(json))],
    ["gzip", Buffer.from(json)],
    ["br", Buffer.from(json)],
  ])("%s (%#)", async (encoding, bytes) => {
    using temporary = createFolder();
    const { folder, write } = temporary;
    write("a.har", harOf({ encoding, content: base64(bytes) }));
    const report = await importInto(folder, "har", ["a.har"]);
    expect(report.notes).toEqual([]);
    expect((await recordingsIn(folder, "a"))[0]?.bytes.toString()).toBe(json);
  });

  test("from the chunks that Polly.js keeps, and from a cassette of vcrpy with !!binary", async () => {
    using temporary = createFolder();
    const { folder, write } = temporary;
    const packed = gzipSync(sse);
    const chunks = [packed.subarray(0, 20), packed.subarray(20)].map((chunk) => chunk.toString("base64"));
    const content = {
      mimeType: "text/event-stream",
      encoding: "base64",
      _isBinary: true,
      text: JSON.stringify(chunks),
    };
    const entry = { type: "text/event-stream", encoding: "gzip", body: chat("Hi", { stream: true }), content };
    write("polly.har", JSON.stringify({ Name_123: JSON.parse(harOf(entry)) }));
    write(
      "vcr.yaml",
      [
        "interactions:",
        "- request:",
        `    body: '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Hi"}]}'`,
        "    headers: {Content-Type: [application/json]}",
        "    method: POST",
        `    uri: ${url}`,
        "  response:",
        "    body:",
        `      string: !!binary ${packed.toString("base64")}`,
        "    headers: {Content-Type: [text/event-stream], Content-Encoding: [gzip]}",
        "    status: {code: 200, message: OK}",
      ].join("\n"),
    );
    const har = await importInto(folder, "har", ["polly.har"]);
    const vcr = await importInto(folder, "vcr", ["vcr.yaml"]);
    expect([har.notes, vcr.notes]).toEqual([[], []]);
    for (const name of ["polly", "vcr"]) expect((await recordingsIn(folder, name))[0]?.bytes.toString()).toBe(sse);
  });

  test("to 64 MiB and no further", async () => {
    using temporary = createFolder();
    const { folder, write } = temporary;
    write("a.har", harOf({ encoding: "gzip", content: base64(gzipSync(Buffer.alloc(67_108_865))) }));
    const report = await importInto(folder, "har", ["a.har"]);
    expect(report.notes).toMatchObject([
      { kind: "left_out", place: "log.entries[0]", what: "its reply is larger than 67108864 bytes" },
    ]);
  });
});

test("vcr: bytes that Ruby wrote as !binary, and the objects of Python, are read as what they hold", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  const body = JSON.stringify(chat("Hi"));
  write(
    "a.yml",
    [
      "http_interactions:",
      "- request:",
      "    method: post",
      `    uri: ${url}`,
      "    body: !!python/object/new:_io.BytesIO",
      `      state: !!python/tuple [!!binary ${Buffer.from(body).toString("base64")}, 0, null]`,
      "    headers: {Content-Type: [application/json]}",
      "  response:",
      "    status: {code: '200', message: OK}",
      "    headers: {Content-Type: [application/json]}",
      `    body: {encoding: ASCII-8BIT, string: !binary ${Buffer.from(json).toString("base64")}}`,
      "  recorded_at: Tue, 03 Nov 2026 04:58:44 GMT",
    ].join("\n"),
  );
  expect((await importInto(folder, "vcr", ["a.yml"])).notes).toEqual([]);
  const [recording] = await recordingsIn(folder, "a");
  expect([recording?.bytes.toString(), recording?.body]).toEqual([json, chat("Hi")]);
});

test("har: Chrome's times of events are kept", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  const count = sse.split("\n\n").length - 1;
  const started = Date.parse("2026-11-20T10:00:00.000Z");
  const messages = Array.from({ length: count }, (_, n) => ({
    time: (started + 100 + n * 5) / 1000,
    eventName: "message",
    data: "",
  }));
  const entry = {
    type: "text/event-stream",
    body: chat("Hi", { stream: true }),
    content: { text: sse },
    more: { _eventSourceMessages: messages },
  };
  write("a.har", harOf(entry));
  await importInto(folder, "har", ["a.har"]);
  const [recording] = await recordingsIn(folder, "a");
  expect(recording?.bytes.toString()).toBe(sse);
  const times = recording?.response.kind === "events" ? recording.response.rows.map(({ ms }) => ms) : [];
  expect(times).toEqual(messages.map((_, n) => 100 + n * 5));
});

test("what cannot be a recording is left out by name, and the rest is taken", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  write(
    "a.har",
    harOf(
      { content: { mimeType: "application/json", size: 900 } },
      { content: { text: '{"id":"cut' } },
      { type: "text/event-stream", body: chat("Hi", { stream: true }), content: { text: sse.slice(0, 300) } },
      { status: 0 },
      { post: { mimeType: "multipart/form-data", params: [{ name: "file", fileName: "a.wav" }] } },
      { post: { mimeType: "application/json", text: "{" } },
      { encoding: "compress", content: base64(new Uint8Array([0xff, 0xfe])) },
      {
        status: 429,
        content: {
          text: '{"error":{"message":"Slow down","type":"requests","code":"rate_limit_exceeded","param":null}}',
        },
      },
      {},
    ),
  );
  const report = await importInto(folder, "har", ["a.har"]);
  expect(report.notes.map(({ place, what }) => `${place} ${what}`)).toEqual([
    "log.entries[0] has no body of the reply",
    "log.entries[1] its reply is no whole JSON",
    "log.entries[2] the answer stops before its end",
    "log.entries[3] has the status 0: it never got an answer",
    "log.entries[4] has the fields of a form and not its bytes",
    "log.entries[5] its request cannot be understood: The request body is not valid JSON",
    "log.entries[6] its reply is packed as compress, which cannot be read",
  ]);
  expect(report.written).toMatchObject([{ count: 2 }]);
});

test("an address may begin with a placeholder; a request that the mock would refuse is recorded, and told", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  const odd = { model: "m", messages: [{ role: "user", content: [{ type: "document_url", document_url: "x" }] }] };
  write(
    "a.har",
    harOf(
      { url: "https://<HOST>/v1/chat/completions?api-version=1" },
      { url: "<API_BASE>/chat/completions", body: odd },
    ),
  );
  const report = await importInto(folder, "har", ["a.har"]);
  expect(report.notes).toMatchObject([{ kind: "partly", place: "log.entries[1]" }]);
  expect(report.notes[0]?.what).toStartWith(
    "the mock would refuse its request: Invalid value for 'messages[0].content[0].type'",
  );
  const recordings = await recordingsIn(folder, "a");
  expect(recordings.map(({ path }) => path)).toEqual(["/v1/chat/completions", "/chat/completions"]);
});

test("a request to another service whose path ends as one of an LLM's is no recording", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  write("a.har", harOf({ url: "https://forms.example.com/responses", body: { a: 1 } }));
  const report = await importInto(folder, "har", ["a.har"]);
  expect(report.written).toEqual([]);
  expect(report.notes[0]?.what).toStartWith("its request cannot be understood: ");
});

test("a key in an answer is refused, with --redact it is taken out, and the key of the request is in neither", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  const key = ["sk", "ant", "api03-AbCdEfGh01234567"].join("-");
  const own = ["sk", "proj", "ZyXwVuTs98765432"].join("-");
  const har = JSON.parse(
    harOf({ content: { text: JSON.stringify(chatReply(`Use ${key}.`)) } }, { body: chat(`I am ${own}`) }),
  );
  for (const { request } of har.log.entries) request.headers.push({ name: "Authorization", value: `Bearer ${own}` });
  write("a.har", JSON.stringify(har));
  const report = await importInto(folder, "har", ["a.har"]);
  expect(placesOf(report)).toEqual(["left_out a.har:1 log.entries[0]", "left_out a.har:1 log.entries[1]"]);
  expect(report.notes[0]).toMatchObject({
    what: "an Anthropic key in the answer",
    todo: "take it out of the file, or import with --redact",
  });
  const redacted = await importInto(folder, "har", ["a.har"], redacting);
  expect(redacted.written).toMatchObject([{ count: 2 }]);
  expect(temporary.read("cassettes/a.yaml")).toContain("Use [redacted].");
  expect(JSON.stringify([report, redacted]) + temporary.read("cassettes/a.yaml")).not.toMatch(/AbCdEfGh|ZyXwVuTs/);
});

test("binary replies lie beside the cassette", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  const sound = new Uint8Array([0xff, 0xfb, 0, 1, 2, 3]);
  const body = { model: "tts-1", voice: "alloy", input: "Hi" };
  write(
    "a.har",
    harOf({ url: "https://api.openai.com/v1/audio/speech", type: "audio/mpeg", body, content: base64(sound) }),
  );
  expect((await importInto(folder, "har", ["a.har"])).notes).toEqual([]);
  expect([...((await recordingsIn(folder, "a"))[0]?.bytes ?? [])]).toEqual([...sound]);
  expect(readdirSync(join(folder, "cassettes")).toSorted()).toEqual(["a.files", "a.yaml"]);
});

test("a file that is there is never replaced without --force, and then nothing else is written", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  write("a.har", harOf({}));
  write("b.har", harOf({}));
  await importInto(folder, "har", ["b.har"]);
  const before = temporary.read("cassettes/b.yaml");
  const again = await importInto(folder, "har", ["a.har", "b.har"]);
  expect(again.faults).toEqual(["cassettes/b.yaml: is there already; --force replaces it"]);
  expect(readdirSync(join(folder, "cassettes"))).toEqual(["b.yaml"]);
  write("b.har", harOf({}, {}));
  expect((await importInto(folder, "har", ["a.har", "b.har"], { mayReplace: true })).written).toHaveLength(2);
  expect(temporary.read("cassettes/b.yaml")).not.toBe(before);
  expect(readdirSync(join(folder, "cassettes")).toSorted()).toEqual(["a.yaml", "b.yaml"]);
});

test("files that cannot be read are told, all of them, and nothing is written", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  write("good.yaml", "interactions: []\n");
  write("bad.yaml", "interactions:\n- a: 'x\n");
  write("latin.yaml", new Uint8Array([0x61, 0x3a, 0x20, 0xe4]));
  truncateSync(write("large.yaml", ""), 67_108_865);
  expect(statSync(join(folder, "large.yaml")).size).toBe(67_108_865);
  const report = await importInto(folder, "vcr", ["good.yaml", "bad.yaml", "latin.yaml", "large.yaml", "none.yaml"]);
  expect(report.faults.toSorted()).toEqual([
    "bad.yaml:3:1 is not YAML or JSON here: Missing closing 'quote",
    "large.yaml: is 67108865 bytes, the limit is 67108864",
    "latin.yaml: is not UTF-8",
    "none.yaml: there is no such file or folder",
  ]);
  expect(report.written).toEqual([]);
});

test("names of files become names of scopes, each once", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  for (const name of ["test[a b].har", "test(a)b.har", "...har"]) write(name, harOf({}));
  const report = await importInto(folder, "har", ["."]);
  expect(report.written.map(({ scope }) => String(scope)).toSorted()).toEqual(["test-a-b", "test-a-b-2"]);
});
