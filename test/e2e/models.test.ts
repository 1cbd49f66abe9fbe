import { expect, test } from "bun:test";
import { NotFoundError } from "openai";
import { providerAt, startGateway } from "../support/gateway.ts";
import { modelNotFound, openaiAt } from "../support/sdk.ts";
import { share, shareUpstream } from "../support/share.ts";
import { rejectionOf } from "../support/until.ts";
import { replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying('{"deleted":true}'));
const gateway = share(
  startGateway({
    providers: [
      providerAt(upstream.url, { name: "one", models: ["gpt-5.4", "org/model-1", "ft-*"] }),
      providerAt(upstream.url, { name: "two", models: ["claude-opus-5-5"] }),
      providerAt(upstream.url, { name: "dark", api_key: "", models: ["unlit"] }),
    ],
    routes: { smart: "two/claude-opus-5-5" },
  }),
);
const openai = openaiAt(gateway);

test("GET /v1/models lists routes and models of providers that are on, in the order of the config, for the SDK", async () => {
  const page = await openai.models.list();
  const ids = page.data.map((model) => [model.id, model.owned_by]);
  expect(ids).toEqual([
    ["smart", "two"],
    ["gpt-5.4", "one"],
    ["org/model-1", "one"],
    ["claude-opus-5-5", "two"],
  ]);
  for (const model of page.data) {
    expect(model.object).toBe("model");
    expect(Math.abs(model.created - Date.now() / 1000)).toBeLessThan(60);
  }
  const seen: string[] = [];
  for await (const model of openai.models.list()) seen.push(model.id);
  expect(seen.length).toBe(4);
});

test.each([
  ["gpt-5.4", "one"],
  ["org/model-1", "one"],
  ["one/gpt-5.4", "one"],
  ["one/org/model-1", "one"],
  ["smart", "two"],
  ["ft-anything", "one"],
])("GET /v1/models/%s is found by the SDK", async (id, owner) => {
  expect(await openai.models.retrieve(id)).toMatchObject({ id, object: "model", owned_by: owner });
});

test("an id with a slash is found as it is and percent-encoded", async () => {
  for (const path of ["/v1/models/org/model-1", "/v1/models/org%2Fmodel-1", "/v1/models/org%2fmodel-1"]) {
    const reply = await gateway.request("GET", path);
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ id: "org/model-1" });
  }
});

test.each(["unlit", "dark/unlit", "gpt-5", "nobody/gpt-5.4", "two/gpt-5.4", "é/😀", "%", "a".repeat(5000)])(
  "an unknown model %p is a 404 model_not_found",
  async (id) => {
    const thrown = await rejectionOf(openai.models.retrieve(id));
    expect(thrown).toBeInstanceOf(NotFoundError);
    expect(thrown).toMatchObject(modelNotFound);
    expect(String(thrown).length).toBeLessThan(300);
  },
);

test("broken percent-encoding is a 404, not a failure of ours", async () => {
  for (const path of ["/v1/models/%zz", "/v1/models/%", "/v1/models/%ff%fe"]) {
    expect((await gateway.request("GET", path)).status).toBe(404);
  }
});

test("HEAD answers as GET does, without a body", async () => {
  for (const path of ["/v1/models", "/v1/models/gpt-5.4", "/v1/models/nope"]) {
    const get = await gateway.request("GET", path);
    const head = await gateway.request("HEAD", path);
    expect(head.status).toBe(get.status);
    expect(head.header("content-length")).toBe(String(get.body.length));
    expect(head.header("content-type")).toBe("application/json");
    expect(head.body.length).toBe(0);
  }
});

test("a query does not hide the list", async () => {
  expect((await gateway.request("GET", "/v1/models?limit=1&after=x")).status).toBe(200);
});

test("no request for models ever reaches an upstream, but DELETE of one does", async () => {
  for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
    for (const path of ["/v1/models", "/v1/models/gpt-5.4", "/v1/models/ft-mine", "/v1/models/nope"]) {
      await gateway.request(method, path);
    }
  }
  expect(upstream.requests).toBeEmpty();
  expect((await gateway.request("DELETE", "/v1/models/ft-mine")).status).toBe(200);
  expect(upstream.last().method).toBe("DELETE");
  expect(upstream.last().target).toBe("/v1/models/ft-mine");
});

test("other methods are a 405 that names the right ones", async () => {
  const list = await gateway.request("POST", "/v1/models", {}, "{}");
  expect(list.status).toBe(405);
  expect(list.header("allow")).toBe("GET");
  const one = await gateway.request("PUT", "/v1/models/gpt-5.4", {}, "{}");
  expect(one.status).toBe(405);
  expect(one.header("allow")).toBe("GET, DELETE");
});
