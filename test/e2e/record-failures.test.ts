// What cannot be recorded, or has grown old: the command has its answer, and the run fails.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { leaked, openRoom, startProvider } from "./record-room.ts";

test("a secret in an answer is not written: the command has its answer, and the run ends with 5", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  const { stdout, stderr, code } = await room.run(["record"], ["one", "leak"]);
  expect([stdout, code]).toEqual([`200 real 1\n200 the key is ${leaked}\n`, 5]);
  expect(stderr).toStartWith("qlite mock: 2 requests: 1 recorded, 1 live\n");
  expect(stderr).toMatch(/FAIL {2}not recorded: default\/[0-9a-f]{12}: an OpenAI key in the answer/);
  expect(stderr).not.toContain(leaked);
  for (const name of readdirSync(join(room.path, "mock/cassettes"))) {
    expect(readFileSync(join(room.path, "mock/cassettes", name), "utf8")).not.toContain(leaked);
  }
});

describe("a provider that fails", () => {
  test("is passed on, is not counted as recorded, and ends the run with 5", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    const { stdout, stderr, code } = await room.run(["record"], ["one", "broken"]);
    expect([stdout.split("\n")[0], stdout.split("\n")[1]?.slice(0, 3), code]).toEqual(["200 real 1", "500", 5]);
    expect(stderr).toStartWith("qlite mock: 2 requests: 1 recorded, 1 live\n");
    expect(stderr).toMatch(/FAIL {2}not recorded: default\/[0-9a-f]{12}: the provider failed with status 500: no\n/);
    expect((await room.run(["exec", "--mode", "replay"], ["one", "broken"])).code).toBe(3);
  });

  test("and answers a client's retry is recorded, and well", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    const { stdout, stderr, code } = await room.run(["record"], ["flaky", "flaky"]);
    expect([stdout.slice(0, 3), stdout.split("\n")[1], code]).toEqual(["500", "200 real 2", 0]);
    expect(stderr).toBe("qlite mock: 2 requests: 1 recorded, 1 live\n");
  });

  test("by not being there ends the run with 5, and nothing is recorded", async () => {
    const provider = startProvider();
    await provider[Symbol.asyncDispose]();
    using room = openRoom(provider);
    const { stdout, stderr, code } = await room.run(["record"], ["one"]);
    expect([stdout.slice(0, 3), code, room.recorded()]).toEqual(["502", 5, false]);
    expect(stderr).toStartWith("qlite mock: 1 request: 1 live\n");
    expect(stderr).toContain("the provider failed with status 502");
  });

  test("is recorded as it is where errors are wanted: 0", async () => {
    await using provider = startProvider();
    using room = openRoom(provider, { record_errors: true });
    const first = await room.run(["record"], ["broken", "wrong"]);
    expect([first.code, first.stderr]).toEqual([0, "qlite mock: 2 requests: 2 recorded\n"]);
    const again = await room.run(["exec", "--mode", "replay"], ["broken", "wrong"]);
    expect([again.stdout, again.code]).toEqual([first.stdout, 0]);
  });
});

test("an error that is about the request is no failure: it is passed on, and noted where errors are not wanted", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  const { stdout, stderr, code } = await room.run(["record"], ["wrong"]);
  expect([stdout.slice(0, 3), code]).toEqual(["422", 0]);
  expect(stderr).toBe(
    "qlite mock: 1 request: 1 live\n  note  default: status 422 is not recorded (record_errors is off)\n",
  );
});

test("an old recording is told of, and fails the run where the config says so: 5", async () => {
  await using provider = startProvider();
  using room = openRoom(provider, { cassettes: "mock/cassettes" });
  await room.run(["record"], ["one"]);
  room.write(room.text().replaceAll(/recorded: 2\d{3}-/g, "recorded: 2020-"));
  const warned = await room.run(["exec"], ["one"]);
  expect([warned.code, warned.stderr.includes("note  recording default/")]).toEqual([0, true]);
  expect((await room.run(["exec", "--strict"], ["one"])).code).toBe(5);
  using strict = openRoom(provider, { cassettes: "mock/cassettes", expire: { action: "error" } });
  await strict.run(["record"], ["one"]);
  expect((await strict.run(["exec"], ["one"])).code).toBe(0);
  strict.write(room.text());
  expect((await strict.run(["exec"], ["one"])).code).toBe(5);
});
