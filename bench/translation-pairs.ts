import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientDialectName } from "../src/dialects/conversation.ts";
import { LOAD_CORE, PROXY_CORE } from "./proc.ts";
import { newFolder } from "./scratch.ts";
import { dialectNames, pathOf, requestOf, type Size } from "./translation-requests.ts";
import { hasEnd, textOfReply, textOfStream } from "./translation-texts.ts";
import { modelOf, type Seen } from "./translation-upstream.ts";
import { launch, type Running } from "./variants.ts";

/** A client of one dialect at an upstream of another; the same one is the untouched path. */
export type Pair = { readonly name: string; readonly client: ClientDialectName; readonly upstream: ClientDialectName };

const toPair = (client: ClientDialectName, upstream: ClientDialectName): Pair => ({
  name: client === upstream ? `${client}, untouched` : `${client} -> ${upstream}`,
  client,
  upstream,
});

/** The untouched path of every dialect, to compare with. */
export const untouched: readonly Pair[] = dialectNames.map((name) => toPair(name, name));

/** All translations there are. */
export const allPairs: readonly Pair[] = dialectNames.flatMap((client) =>
  dialectNames.flatMap((upstream) => (client === upstream ? [] : toPair(client, upstream))),
);

/** What programs of today meet providers of today with: Claude Code and Codex elsewhere, chat programs at the others. */
export const usualPairs: readonly Pair[] = [
  toPair("openai-chat", "anthropic"),
  toPair("openai-chat", "gemini"),
  toPair("openai-chat", "openai-responses"),
  toPair("anthropic", "openai-chat"),
  toPair("openai-responses", "openai-chat"),
  toPair("gemini", "openai-chat"),
];

const freePort = (): number => {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = server;
  server.stop(true);
  return port;
};

/** The upstream of all pairs; as that of the other streams it runs at nice 10 (`launchUpstream`). */
export const launchTranslationUpstream = (): Promise<Running> => {
  const port = freePort();
  return launch({
    name: "upstream",
    command: ["nice", "-n", "10", process.execPath, join(import.meta.dir, "translation-upstream.ts")],
    port,
    env: { PORT: String(port) },
    core: LOAD_CORE,
  });
};

const providers: Readonly<Record<ClientDialectName, string>> = {
  "openai-chat": "    type: openai\n    dialects: [openai-chat]",
  "openai-responses": "    type: openai\n    dialects: [openai-responses]",
  anthropic: "    type: anthropic",
  gemini: "    type: gemini",
};

const toConfig = ({ upstream }: Pair, port: number, upstreamPort: number): string => `server:
  port: ${port}
providers:
  - name: bench
${providers[upstream]}
    base_url: http://127.0.0.1:${upstreamPort}/${upstream === "gemini" ? "v1beta" : "v1"}
    api_key: sk-bench
    models: ["*"]
# Only the translation is to differ: reading usage would make the untouched path dearer.
usage: off
metrics: off
admin: { keep: 0 }
`;

export type RunningPair = Pair & Running;

/** Starts qlite for one pair, so that no other's garbage or machine code is in its figures. */
export const launchPair = async (
  pair: Pair,
  program: readonly string[],
  upstreamPort: number,
): Promise<RunningPair> => {
  const port = freePort();
  const path = join(newFolder(), "qlite.yaml");
  writeFileSync(path, toConfig(pair, port, upstreamPort));
  const command = [...program, "serve", "--config", path, "--port", String(port)];
  return { ...pair, ...(await launch({ name: pair.name, command, port, core: PROXY_CORE })) };
};

const keys: Readonly<Record<ClientDialectName, string>> = {
  "openai-chat": "authorization",
  "openai-responses": "authorization",
  anthropic: "x-api-key",
  gemini: "x-goog-api-key",
};

type Call = { readonly path: string; readonly key: string; readonly body: string };

/** What a client of the dialect sends; `gapMs` null asks for the answer whole. */
const callOf = (client: ClientDialectName, size: Size, gapMs: number | null): Call => {
  const model = modelOf(gapMs ?? 0);
  const isStream = gapMs !== null;
  return { path: pathOf(client, model, isStream), key: keys[client], body: requestOf(client, size, model, isStream) };
};

/** The same as the bytes of an HTTP request. */
export const toBytes = (client: ClientDialectName, size: Size, gapMs: number | null): Uint8Array => {
  const { path, key, body } = callOf(client, size, gapMs);
  return new TextEncoder().encode(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `${key}: Bearer sk-bench\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};

type Answer = { readonly status: number; readonly body: string; readonly dropped: string };

const fetchAnswer = async (port: number, { path, key, body }: Call): Promise<Answer> => {
  const headers = { "content-type": "application/json", [key]: "Bearer sk-bench" };
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body });
  return { status: reply.status, body: await reply.text(), dropped: reply.headers.get("x-qlite-dropped") ?? "" };
};

/**
 * Checks before anything is timed that a pair answers what the upstream says: the very bytes on the untouched path, else
 * the same text and the end of the client's dialect; and that the upstream was asked in its own dialect, for all of it.
 * Gives the names of what was dropped. Throws, naming the pair.
 */
export const checkPair = async (pair: RunningPair, upstreamPort: number): Promise<string> => {
  const { name, client, upstream, port } = pair;
  const wrong = (what: string): Error => new Error(`${name}: ${what}`);
  const isTouched = client !== upstream;
  for (const gapMs of [null, 0, 1]) {
    const wanted = await fetchAnswer(upstreamPort, callOf(upstream, "small", gapMs));
    const got = await fetchAnswer(port, callOf(client, "small", gapMs));
    if (got.status !== 200) throw wrong(`status ${got.status}: ${got.body}`);
    if (!isTouched && got.body !== wanted.body) throw wrong("other bytes than the upstream's");
    const textOf = gapMs === null ? textOfReply : textOfStream;
    const text = textOf(client, got.body);
    if (text === "" || text !== textOf(upstream, wanted.body)) throw wrong(`another text: ${text.slice(0, 500)}`);
    if (gapMs !== null && !hasEnd(client, got.body)) throw wrong(`no end: ${got.body.slice(-500)}`);
  }
  const { status, body, dropped } = await fetchAnswer(port, callOf(client, "large", null));
  if (status !== 200) throw wrong(`status ${status} for the large request: ${body}`);
  const seen: Seen = JSON.parse(await (await fetch(`http://127.0.0.1:${upstreamPort}/seen`)).text());
  const model = modelOf(0);
  const wanted = requestOf(upstream, "large", model, false).length;
  if (!seen.path.startsWith(pathOf(upstream, model, false))) throw wrong(`asked at ${seen.path}`);
  if (Math.abs(seen.bytes / wanted - 1) > 0.1) throw wrong(`asked with ${seen.bytes} bytes, not about ${wanted}`);
  return dropped;
};
