// A provider that answers and fails on demand, and a folder in which qlite records it.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { runProgram } from "../support/program.ts";
import { askScript } from "./ask-script.ts";

export const executable = await buildExecutable();
const cassette = "mock/cassettes/default.yaml";
export const leaked = "sk-proj-abcdEFGH1234567890abcdEFGH";
export const upstreamKey = "sk-upstream-0123456789abcdef";
export const clientKey = "sk-client-0123456789abcdef";

interface Call {
  readonly authorization: string | null;
  readonly text: string;
}

/** A provider that numbers its answers, and what it was asked. */
export const startProvider = () => {
  const calls: Call[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const { model, messages }: { model: string; messages: { content: string }[] } = JSON.parse(await request.text());
      const text = messages.at(-1)?.content ?? "";
      calls.push({ authorization: request.headers.get("authorization"), text });
      const hasFailed = calls.filter((call) => call.text === text).length > 1;
      if (text === "broken" || (text === "flaky" && !hasFailed)) {
        return Response.json({ error: { message: "no", type: "server_error" } }, { status: 500 });
      }
      if (text === "wrong") {
        return Response.json({ error: { message: "no", type: "invalid_request_error" } }, { status: 422 });
      }
      const content = text === "leak" ? `the key is ${leaked}` : `real ${calls.length}`;
      const message = { role: "assistant", content };
      return Response.json({
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model,
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    calls,
    texts: () => calls.splice(0).map(({ text }) => text),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

/** A folder whose config leads to a provider, and qlite in it. */
export const openRoom = (
  provider: { readonly url: string },
  mock: object = {},
  upstream: object = { api_key: upstreamKey },
) => {
  const config = {
    providers: [{ name: "up", type: "openai", base_url: `${provider.url}/v1`, models: ["*"], ...upstream }],
    ...(Object.keys(mock).length > 0 && { mock }),
  };
  const folder = makeFolder({ "qlite.yaml": JSON.stringify(config), "ask.ts": askScript });
  const path = join(folder.path, cassette);
  return {
    path: folder.path,
    run: (args: readonly string[], texts: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const [command = "exec", ...flags] = args;
      const behind = texts.length === 0 ? [] : ["--", process.execPath, "ask.ts", ...texts];
      const named = command === "cassette" ? flags : ["-c", "qlite.yaml", ...flags];
      return runProgram([command, ...named, ...behind], { executable, cwd: folder.path, env });
    },
    recorded: () => existsSync(path),
    text: () => readFileSync(path, "utf8"),
    write: (text: string) => writeFileSync(path, text),
    [Symbol.dispose]: folder[Symbol.dispose],
  };
};
