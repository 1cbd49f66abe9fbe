import { describe, expect, test } from "bun:test";
import { gatewayTo, providerAt, startGateway } from "../support/gateway.ts";
import { chat, toChatBytes, toChunk, toChunked, toRequestBytes } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying());
const gateway = share(
  startGateway({
    providers: [providerAt(upstream.url)],
    routes: { smart: "up/gpt-5.4", "smärt/😀": 'up/a"b\\c😀' },
  }),
);

const post = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = json) =>
  gateway.chat(body, headers);

const hostile: readonly (readonly [what: string, body: string])[] = [
  [
    "unknown fields and an odd key order",
    '{"zz":1,"model":"m","aa":{"b":null,"a":[]},"future_field":{"x":[1,[2,[3]]]}}',
  ],
  ["integers above 2^53", '{"model":"m","seed":9007199254740993,"n":-9223372036854775808}'],
  [
    "numbers with a redundant form",
    '{"model":"m","temperature":1.0,"top_p":1e400,"a":-0,"b":1E+2,"c":0.10,"d":1e-400}',
  ],
  ["duplicate keys in nested objects", '{"model":"m","metadata":{"a":1,"a":2,"model":"x","model":"y"}}'],
  ["duplicate keys at the top that decide nothing", '{"model":"m","user":"a","user":"b"}'],
  ["escapes", String.raw`{"model":"m","a":"\u0041\/\b\f\n\r\t\\\"\u00e9\u0000"}`],
  ["lone surrogate escapes", String.raw`{"model":"m","a":"\ud83d","b":"\ude00\ud83d"}`],
  ["an escaped key and model", String.raw`{"\u006dodel":"\u006d","stream":false}`],
  ["whitespace of every kind", ' \t\r\n{ "model" \t:\r\n"m" ,\n\n"a" : [ 1 , 2 ] } \r\n\t '],
  ["emoji, right-to-left and combining letters", '{"model":"m","a":"😀👨‍👩‍👧‍👦 مرحبا é \u2028\u2029\ufeff"}'],
  ["keys that JavaScript treats specially", '{"model":"m","__proto__":{"a":1},"constructor":1,"toString":null,"":""}'],
  ["an empty body but for the model", '{"model":"m"}'],
  ["a nesting of 500", `{"model":"m","a":${"[".repeat(500)}${"]".repeat(500)}}`],
  ["a string of 2 MB", `{"model":"m","a":"${"x\\n".repeat(700_000)}"}`],
];

describe("a JSON body reaches the upstream byte for byte", () => {
  test.each(hostile)("with %s", async (_what, body) => {
    expect((await post(body)).status).toBe(200);
    expect(upstream.last().body().equals(Buffer.from(body))).toBe(true);
    expect(upstream.last().header("content-length")).toBe(String(Buffer.byteLength(body)));
    expect(upstream.last().header("transfer-encoding")).toBeNull();
  });

  test.each(["/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/moderations", "/v1/images/generations"])(
    "at %s",
    async (path) => {
      const body = '{ "b":1.0,"model":"m" ,"a":9007199254740993}';
      expect((await gateway.request("POST", path, json, body)).status).toBe(200);
      expect(upstream.last().target).toBe(path);
      expect(upstream.last().body().toString()).toBe(body);
    },
  );

  test("of 5 MB", async () => {
    const body = Buffer.from(`{"model":"m","input":"${"0123456789abcdef".repeat(327_680)}"}`);
    expect((await post(body)).status).toBe(200);
    expect(upstream.last().body().equals(body)).toBe(true);
  });

  test("sent in HTTP chunks, one of them cut inside a character", async () => {
    const body = Buffer.from('{"model":"m","a":"é😀","b":1.0}');
    const pieces = [body.subarray(0, 5), body.subarray(5, 20), body.subarray(20, 21), body.subarray(21)];
    const framed = toChunked(pieces);
    expect((await post(framed, { ...json, "transfer-encoding": "chunked" })).status).toBe(200);
    expect(upstream.last().body().equals(body)).toBe(true);
    expect(upstream.last().header("content-length")).toBe(String(body.length));
  });

  test("sent in HTTP chunks of one byte each, 5 ms apart", async () => {
    const body = '{"model":"m","x":1.0}';
    using client = await gateway.connect();
    await client.send(toChatBytes("", { "transfer-encoding": "chunked" }));
    for (const letter of body) {
      await client.send(toChunk(letter));
      await Bun.sleep(5);
    }
    await client.send("0\r\n\r\n");
    expect((await client.reply()).status).toBe(200);
    expect(upstream.last().body().toString()).toBe(body);
  });

  test("sent without a content-type, or with a foreign one, which passes", async () => {
    const body = '{"model":"m"}';
    expect((await post(body, {})).status).toBe(200);
    expect(upstream.last().body().toString()).toBe(body);
    expect((await post(body, { "content-type": "application/vnd.x+json;  charset=UTF-8" })).status).toBe(200);
    expect(upstream.last().header("content-type")).toBe("application/vnd.x+json;  charset=UTF-8");
  });

  test("when many follow each other on one connection", async () => {
    using client = await gateway.connect();
    for (const [, body] of hostile.slice(0, 10)) {
      await client.send(toChatBytes(body, json));
      expect((await client.reply()).status).toBe(200);
      expect(upstream.last().body().toString()).toBe(body);
    }
  });

  test("after Expect: 100-continue", async () => {
    using client = await gateway.connect();
    const body = '{"model":"m","a":1.0}';
    const head = { ...json, expect: "100-continue", "content-length": String(body.length) };
    await client.send(toRequestBytes("POST", chat, head));
    await client.until((received) => received.includes("100 Continue\r\n\r\n"));
    await client.send(body);
    await client.until((received) => received.includes("200 "));
    expect(upstream.last().body().toString()).toBe(body);
    expect(upstream.last().header("expect")).toBeNull();
  });

  test("with the log off", async () => {
    await using silent = gatewayTo(upstream, { config: { log: { level: "off" } } });
    for (const [, body] of hostile) {
      expect((await silent.chat(body, json)).status).toBe(200);
      expect(upstream.last().body().equals(Buffer.from(body))).toBe(true);
    }
    expect(await silent.text()).toBe("");
  });
});

describe("a rename changes the model's string and nothing else", () => {
  const cases: readonly (readonly [what: string, body: string, sent: string])[] = [
    ["provider/model", '{ "a":1.0, "model" : "up/m" ,"z":[1e400]}', '{ "a":1.0, "model" : "m" ,"z":[1e400]}'],
    ["provider/model with slashes", '{"model":"up/org/m","a":1}', '{"model":"org/m","a":1}'],
    ["a route", '{"model":"smart","a":"smart"}', '{"model":"gpt-5.4","a":"smart"}'],
    ["an escaped name", '{"model":"sm\\u0061rt","é":"é"}', '{"model":"gpt-5.4","é":"é"}'],
    ["names that need escaping", '{"x":"é","model":"smärt/😀"}', '{"x":"é","model":"a\\"b\\\\c😀"}'],
    [
      "nested models left alone",
      '{"metadata":{"model":"smart"},"model":"smart","tools":[{"model":"smart"}]}',
      '{"metadata":{"model":"smart"},"model":"gpt-5.4","tools":[{"model":"smart"}]}',
    ],
  ];
  test.each(cases)("%s", async (_what, body, sent) => {
    expect((await post(body)).status).toBe(200);
    expect(upstream.last().body().toString()).toBe(sent);
    expect(upstream.last().header("content-length")).toBe(String(Buffer.byteLength(sent)));
  });

  test("a name that a glob serves as it stands keeps its own spelling in bytes", async () => {
    const body = String.raw`{"model":"m\u00e9\/x"}`;
    expect((await post(body)).status).toBe(200);
    expect(upstream.last().body().toString()).toBe(body);
  });
});

test("the query of a call goes along as it is written", async () => {
  const target = `${chat}?api-version=2026-01-01&x=%2e%2e%20a+b&&y`;
  expect((await gateway.request("POST", target, json, '{"model":"m"}')).status).toBe(200);
  expect(upstream.last().target).toBe(target);
});
