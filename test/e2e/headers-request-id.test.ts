import { describe, expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { share, shareUpstream } from "../support/share.ts";
import { replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying());
const gateway = share(gatewayTo(upstream));

describe("x-request-id", () => {
  const sane = ["a", "req_0123.ABC:x-y", "7b1c4d6e-0000-4000-8000-000000000000", "x".repeat(128)];
  test.each(sane)("%s of the client is sent upstream, answered and logged", async (id) => {
    const reply = await gateway.chat(undefined, { "X-Request-Id": id });
    expect(upstream.last().headerValues("x-request-id")).toEqual([id]);
    expect(reply.headerValues("x-request-id")).toEqual([id]);
    expect((await gateway.lineOf(id))["status"]).toBe(200);
  });

  const insane: readonly (readonly [what: string, id: string])[] = [
    ["nothing", ""],
    ["spaces", "a b"],
    ["129 characters", "x".repeat(129)],
    ["8,000 characters", "x".repeat(8000)],
    ["quotes and braces", '"},{"level":"error'],
    ["bytes above ASCII", "\u00e9\u00ff"],
    ["UTF-8", Buffer.from("😀").toString("latin1")],
    ["a tab", "a\tb"],
    ["escapes of line ends", "a%0d%0ax-evil: 1"],
    ["angle brackets", "<script>"],
    ["a slash", "../../etc"],
  ];
  test.each(insane)("with %s is replaced by one of ours", async (_what, id) => {
    const reply = await gateway.chat(undefined, { "x-request-id": id });
    expect(reply.status).toBe(200);
    const own = reply.header("x-request-id");
    expect(own).toMatch(/^[0-9a-f-]{36}$/);
    expect(upstream.last().headerValues("x-request-id")).toEqual([own!]);
    expect((await gateway.lineOf(own))["status"]).toBe(200);
    if (id.length > 3) expect(await gateway.text()).not.toContain(JSON.stringify(id).slice(1, -1));
  });

  test("given twice is replaced by one of ours", async () => {
    const reply = await gateway.chat(undefined, [
      ["x-request-id", "one"],
      ["x-request-id", "two"],
    ]);
    expect(reply.header("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(["a\nx-evil: 1", "a\rx-evil: 1", "a\u0000b"])(
    "with a raw control character (%j) never gets further",
    async (id) => {
      using client = await gateway.connect();
      await client.send(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\ncontent-length: 13\r\n\r\n{"model":"m"}`,
      );
      await client.until((received) => received.length > 0 || client.isClosed());
      for (const call of upstream.requests) {
        expect(call.header("x-evil")).toBeNull();
        expect(call.header("x-request-id")).toMatch(/^[\w.:-]{1,128}$/);
      }
      expect(client.received().toString()).not.toContain("x-evil");
    },
  );

  test("is made anew for each request, and stands on errors too", async () => {
    const ids = new Set<string | null>();
    for (let index = 0; index < 5; index++) ids.add((await gateway.chat()).header("x-request-id"));
    const missing = await gateway.request("GET", "/nowhere");
    expect(missing.status).toBe(404);
    ids.add(missing.header("x-request-id"));
    expect(ids.has(null)).toBe(false);
    expect(ids.size).toBe(6);
    expect((await gateway.lineOf(missing.header("x-request-id")))["error"]).toBe("unknown_url");
  });
});
