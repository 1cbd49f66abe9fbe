import { expect, test } from "bun:test";
import { connectMock, startMock } from "../../src/testing/testing.ts";
import { ask, contract } from "./contract.ts";

contract("in this process", startMock);

test("match takes a function", async () => {
  await using mock = await startMock({ fallback: "fail" });
  using s = mock.scope("functions");
  s.on({ js: ({ body }) => Array.isArray(body["messages"]) && body["messages"].length === 1 }).reply("one message");
  expect(await ask(s)).toBe("one message");
});

test("connectMock finds the mock of this process, and leaves it running", async () => {
  await using mock = await startMock({ env: true });
  const same = await connectMock();
  expect(same.url).toBe(mock.url);
  using s = same.scope("connected");
  s.on({}).reply("found");
  expect(await ask(s)).toBe("found");
  await same.close();
  expect((await fetch(`${mock.url}/health`)).status).toBe(200);
});
