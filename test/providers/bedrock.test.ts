import { afterAll, expect, test } from "bun:test";
import { createAssembler } from "../../src/dialects/assemble.ts";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/dialect.ts";
import { plainTraits } from "../../src/dialects/dialect.ts";
import { createDrops } from "../../src/dialects/drops.ts";
import { toObject } from "../../src/dialects/fields.ts";
import { bedrockUrl } from "../../src/providers/bedrock-url.ts";
import { createAwsAuthorize } from "../../src/providers/sign-aws.ts";
import { createAwsEventStreamParser } from "../../src/wire/aws-event-stream.ts";
import { bytesOf } from "../dialects/bedrock-converse/streams.ts";
import { claude, user } from "../dialects/bedrock-converse/conversation.ts";
import { emptyConversation } from "../dialects/support/conversation.ts";
import { checkSignature } from "../support/sigv4.ts";

const known = { id: "AKIDLOCAL", secret: "secret", token: null, region: "us-east-1", service: "bedrock" };

/** Sends a body in pieces of so many bytes, which fall anywhere in its frames. */
const inPieces = (bytes: Uint8Array, size: number): ReadableStream<Uint8Array> => {
  let at = 0;
  return new ReadableStream({
    pull: async (controller) => {
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
      await Bun.sleep(0);
      if (at >= bytes.length) controller.close();
    },
  });
};

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  development: false,
  fetch: async (request) => {
    const { pathname } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const wrong = checkSignature(
      { method: request.method, target: pathname, headers: request.headers, body },
      known,
      Date.now(),
    );
    if (wrong !== null) return Response.json({ message: wrong }, { status: 403 });
    if (pathname !== `/model/${encodeURIComponent(claude)}/converse-stream`) return Response.json({}, { status: 404 });
    const headers = { "content-type": "application/vnd.amazon.eventstream" };
    return new Response(inPieces(await bytesOf("tools"), 97), { headers });
  },
});
afterAll(() => server.stop(true));

const send = async (secretAccessKey: string): Promise<Response> => {
  const messages = [user("How is the weather? Grüße 😀")];
  const conversation = { ...emptyConversation, model: claude, stream: true, messages };
  const request = bedrockConverse.writeRequest(conversation, plainTraits, createDrops({}));
  const url = bedrockUrl(`http://127.0.0.1:${server.port}`, conversation.model, conversation.stream);
  const body = new TextEncoder().encode(JSON.stringify(request));
  const authorize = createAwsAuthorize({
    credentials: { kind: "keys", accessKeyId: known.id, secretAccessKey, sessionToken: null },
    region: known.region,
    service: known.service,
    nowMs: Date.now,
  });
  const credential = await authorize({ url, method: "POST", body });
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...Object.fromEntries(credential) },
    body,
  });
};

test("a signed request to a Bedrock that checks it, and its framed stream back, over a socket", async () => {
  const response = await send(known.secret);
  expect(response.status).toBe(200);
  const assembler = createAssembler();
  const reader = bedrockConverse.readEvents(assembler.event);
  const parser = createAwsEventStreamParser(reader.event);
  for await (const chunk of response.body ?? []) parser.push(chunk);
  expect(reader.isWhole()).toBe(true);
  const { candidates, usage } = assembler.reply();
  expect(usage).toMatchObject({ inputTokens: 400, outputTokens: 120 });
  expect(candidates[0]?.finish.reason).toBe("tool_calls");
  expect(candidates[0]?.content.map(({ kind }) => kind)).toEqual([
    "reasoning",
    "reasoning",
    "text",
    "tool_call",
    "tool_call",
  ]);
});

test("its refusal of a wrong signature is a failure of permission", async () => {
  const response = await send("wrong");
  const failure = bedrockConverse.readFailure(response.status, toObject(await response.json()));
  expect(failure).toMatchObject({ kind: "permission", status: 403, message: "the signature does not match" });
});
