import { expect } from "bun:test";
import type { ClientDialectName } from "../../../src/dialects/conversation.ts";
import {
  cutInReply,
  cutInStream,
  failingInStream,
  said,
  silentInStream,
  stoppingInStream,
} from "../../support/dialects/scripted.ts";
import type { UpstreamScript } from "../../support/raw-upstream.ts";
import { rejectionOf, until } from "../../support/until.ts";
import { json, replying } from "../../support/upstream-scripts.ts";
import type { SeenError } from "./client.ts";
import { forms, startMatrix, type Cell } from "./matrix.ts";

const forEach = await startMatrix();

/** Asks an upstream that answers so; gives the error the SDK throws. */
const failureOf = async (
  { client, side, upstream, gateway }: Cell,
  script: UpstreamScript,
  isStream: boolean,
): Promise<SeenError> => {
  upstream.answer(script);
  return client.readError(await rejectionOf(client.ask(gateway.url, { isStream, model: side.model })));
};

/** A reply that calls a tool with these arguments. */
const deepCall: Readonly<Record<ClientDialectName, (args: string) => string>> = {
  "openai-chat": (args) =>
    `{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"tool_calls",` +
    `"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":${args}}}]}}]}`,
  "openai-responses": (args) =>
    `{"id":"r","object":"response","created_at":1,"model":"m","status":"completed","output":[` +
    `{"type":"function_call","id":"f","call_id":"t","name":"f","status":"completed","arguments":${args}}]}`,
  anthropic: (args) =>
    `{"id":"m","type":"message","role":"assistant","model":"m","stop_reason":"tool_use","stop_sequence":null,` +
    `"content":[{"type":"tool_use","id":"t","name":"f","input":${args}}],"usage":{"input_tokens":1,"output_tokens":1}}`,
  gemini: (args) =>
    `{"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"functionCall":{"name":"f","args":${args}}}]}}]}`,
};

for (const { isStream, form } of forms) {
  const failing = (cell: Cell, status: number, headers = {}): Promise<SeenError> =>
    failureOf(cell, replying(JSON.stringify(cell.side.failure(status)), { ...json, ...headers }, status), isStream);

  forEach(`a 429 is the SDK's own error with its retry-after, ${form}`, async (cell) => {
    const error = await failing(cell, 429, { "retry-after": "7" });
    expect(error).toMatchObject({ isOwn: true, status: 429, message: expect.stringContaining(said.refusal) });
    // This SDK's errors hold no headers.
    if (cell.client.name !== "@google/genai") expect(error.retryAfter).toBe("7");
  });

  forEach(`a 400 is the SDK's own error, ${form}`, async (cell) => {
    const error = await failing(cell, 400);
    expect(error).toMatchObject({ isOwn: true, status: 400, message: expect.stringContaining(said.refusal) });
  });

  forEach(
    `a reply nested too deep is a 502, ${form}`,
    async (cell) => {
      for (const levels of [600, 60_000]) {
        const script = replying(deepCall[cell.side.dialect](`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`), json);
        const error = await failureOf(cell, script, isStream);
        expect(error).toMatchObject({ isOwn: true, status: 502 });
      }
    },
    // Where both speak the same, the reply passes as it is.
    (client, side) => client.dialect !== side.dialect,
  );

  forEach(`an overload has the status the client's own service has for it, ${form}`, async (cell) => {
    const error = await failing(cell, cell.side.overloadStatus);
    const status = cell.client.dialect === "anthropic" ? 529 : 503;
    expect(error).toMatchObject({ isOwn: true, status, message: expect.stringContaining(said.refusal) });
  });

  forEach(`a refusal of our key is an error of ours and not about the client's key, ${form}`, async (cell) => {
    const error = await failing(cell, 401);
    expect(error).toMatchObject({ isOwn: true, status: 502 });
    expect(error.message).not.toContain(said.refusal);
  });
}

/** The same for a stream that has begun: its head was a 200. */
const streamFailureOf = async (cell: Cell, script: UpstreamScript): Promise<SeenError> => {
  const error = await failureOf(cell, script, true);
  await until(() => cell.gateway.pending() === 0);
  expect((await cell.gateway.lines()).at(-1)).toMatchObject({ stream: true, status: 200 });
  return error;
};

forEach("an error in the middle of a stream raises", async (cell) => {
  const error = await streamFailureOf(cell, failingInStream(cell.side));
  expect(error.message).toContain(said.refusal);
});

forEach("a whole reply whose connection is reset in the middle raises", async (cell) => {
  const { status } = await failureOf(cell, cutInReply(cell.side), false);
  if (cell.client.dialect !== cell.side.dialect) expect(status).toBe(502);
});

forEach("a stream whose connection is reset in the middle raises", async (cell) => {
  await streamFailureOf(cell, cutInStream(cell.side));
});

forEach(
  "a stream that ends before its end raises",
  async (cell) => {
    await streamFailureOf(cell, stoppingInStream(cell.side));
  },
  // The bytes of one's own dialect pass untouched, also when they end too soon.
  (client, side) => client.dialect !== side.dialect,
);

forEach("a client that leaves in the middle of a stream leaves nothing open", async (cell) => {
  const { client, side, upstream, gateway } = cell;
  const abort = new AbortController();
  upstream.answer(silentInStream(side, () => abort.abort()));
  await rejectionOf(client.ask(gateway.url, { isStream: true, model: side.model, signal: abort.signal }));
  await until(() => upstream.busy() === 0 && gateway.pending() === 0);
});
