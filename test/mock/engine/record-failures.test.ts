// A recording that could not be made is not counted as one, also when that comes out after the answer has gone.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { ProxyError } from "../../../src/errors.ts";
import { openTape, sse, stream, type Send } from "../../cassette/support.ts";
import { makeFolder, type Folder } from "../../support/folder.ts";
import { toSummary } from "../../../src/mock/report/summary.ts";
import { chatOf, serveEngine, until } from "./serve-engine.ts";

const recording = async (folder: Folder, send: Send) => {
  const tape = await openTape(`${folder.path}/cassettes`, send, { mode: "new" });
  const mock = serveEngine({ tape });
  return {
    ask: async (text: string): Promise<string> => {
      const body = JSON.stringify({ ...chatOf(text), stream: true });
      const reply = await fetch(`${mock.url}/@cart/v1/chat/completions`, { method: "POST", body });
      return await reply.text();
    },
    verdicts: async () => {
      await tape.flush();
      return [mock.engine.verdict(), mock.engine.verdict("cart")] as const;
    },
    engine: mock.engine,
    url: mock.url,
    [Symbol.asyncDispose]: mock[Symbol.asyncDispose],
  };
};

const failing = 'data: {"error":{"message":"overloaded","type":"server_error","code":null}}\n\n';
const whole = () => sse(stream("openai-chat/text.sse"));

test("an answer that ends in an error counts as live, of the run and of the scope, and fails the run", async () => {
  using folder = makeFolder();
  await using mock = await recording(folder, () => Promise.resolve(sse(failing)));
  expect(await mock.ask("x")).toBe(failing);
  const [run, scope] = await mock.verdicts();
  expect(run.outcomes).toMatchObject({ live: 1, recorded: 0 });
  expect(scope.outcomes).toMatchObject({ live: 1, recorded: 0 });
  expect(run.refusedRecordings).toEqual([expect.stringContaining("the provider's answer ends in an error")]);
  const [entry] = mock.engine.state.journal.kept();
  expect(entry).toMatchObject({ outcome: "live", interaction: null });
});

test("one that is asked again and answered is recorded; another request that failed is still told", async () => {
  using folder = makeFolder();
  const replies = [sse(failing), sse(failing), whole()];
  await using mock = await recording(folder, () => Promise.resolve(replies.shift() ?? whole()));
  for (const text of ["other", "x", "x"]) await mock.ask(text);
  const [run] = await mock.verdicts();
  expect(run.outcomes).toMatchObject({ live: 2, recorded: 1 });
  expect(run.refusedRecordings).toHaveLength(1);
});

test("a provider that cannot be asked at all fails the run", async () => {
  using folder = makeFolder();
  await using mock = await recording(folder, () =>
    Promise.reject(new ProxyError("upstream_connect_error", "no route")),
  );
  await mock.ask("x").catch(() => "");
  const [run] = await mock.verdicts();
  expect(run.refusedRecordings).toEqual(["cart: no route"]);
  expect(run.outcomes.recorded).toBe(0);
});

test("a client that left early counts as aborted, and the summary tells that its recording is whole", async () => {
  using folder = makeFolder();
  const left = Promise.withResolvers<void>();
  const [head = "", ...rest] = stream("openai-chat/text.sse").split(/(?<=\n\n)/);
  await using mock = await recording(folder, () =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          start: async (controller) => {
            controller.enqueue(Buffer.from(head));
            await left.promise;
            for (const event of rest) controller.enqueue(Buffer.from(event));
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      ),
    ),
  );
  const gone = new AbortController();
  const body = JSON.stringify({ ...chatOf("x"), stream: true });
  const url = `${mock.url}/@cart/v1/chat/completions`;
  const reply = await fetch(url, { method: "POST", body, signal: gone.signal });
  await reply.body?.getReader().read();
  gone.abort();
  await until(() => mock.engine.verdict().outcomes.aborted === 1);
  left.resolve();
  const [run, scope] = await mock.verdicts();
  expect(run.outcomes).toMatchObject({ aborted: 1, recorded: 0 });
  expect(scope.warnings).toEqual(run.warnings);
  const note = /^cart\/[0-9a-f]{12}: the client left before the end \(counted as aborted\); the recording is whole$/;
  expect(run.warnings).toEqual([expect.stringMatching(note)]);
  expect(toSummary(run, { failsUnused: true, failsStale: true })).toMatch(
    /^qlite mock: 1 request: 1 aborted\n  note  cart\/\w+: the client left .*the recording is whole$/,
  );
  expect(mock.engine.state.journal.kept()[0]?.warnings).toEqual(run.warnings);
  const replaying = serveEngine({ tape: await openTape(`${folder.path}/cassettes`, null) });
  await using _ = replaying;
  const again = await fetch(url.replace(mock.url, replaying.url), { method: "POST", body });
  expect(await again.text()).toBe(stream("openai-chat/text.sse"));
});

test("what cannot be written counts as live", async () => {
  using folder = makeFolder();
  await using mock = await recording(folder, () => Promise.resolve(whole()));
  // A file in the place of the folder.
  writeFileSync(`${folder.path}/cassettes`, "");
  await mock.ask("x");
  const [run] = await mock.verdicts();
  expect(run.outcomes).toMatchObject({ live: 1, recorded: 0 });
  expect(run.refusedRecordings).toEqual([expect.stringContaining("could not be written")]);
});
