// The modes of recording and replay: which of them asks a provider, and when.
import { describe, expect, test } from "bun:test";
import { openRoom, startProvider } from "./record-room.ts";

describe("--mode", () => {
  test("replay never asks; without a recording every request is answered by nothing", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    expect(await room.run(["exec", "--mode", "replay"], ["one"])).toMatchObject({
      stdout: "400 mock_no_match\n",
      code: 3,
    });
    expect([provider.texts(), room.recorded()]).toEqual([[], false]);
  });

  test("once records into a cassette that is not there yet, and then never again", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    expect(await room.run(["exec", "--mode", "once"], ["one", "two"])).toMatchObject({ code: 0 });
    const second = await room.run(["exec", "--mode", "once"], ["one", "three"]);
    expect(second).toMatchObject({ stdout: "200 real 1\n400 mock_no_match\n", code: 3 });
    expect(provider.texts()).toEqual(["one", "two"]);
  });

  test("new asks for what is missing alone", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    await room.run(["exec", "--mode", "new"], ["one"]);
    const second = await room.run(["exec", "--mode", "new"], ["one", "two"]);
    expect(second).toMatchObject({ stdout: "200 real 1\n200 real 2\n", code: 0 });
    expect(provider.texts()).toEqual(["one", "two"]);
  });

  test("all asks anew and replaces", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    await room.run(["record"], ["one"]);
    expect(await room.run(["exec", "--mode", "all"], ["one"])).toMatchObject({ stdout: "200 real 2\n", code: 0 });
    expect(room.text().match(/content: real \d/g)).toEqual(["content: real 2"]);
  });

  test("live asks every time and records nothing", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    const { stdout, stderr, code } = await room.run(["exec", "--mode", "live"], ["one", "one"]);
    expect({ stdout, stderr, code }).toEqual({
      stdout: "200 real 1\n200 real 2\n",
      stderr: "qlite mock: 2 requests: 2 live\n",
      code: 0,
    });
    expect([provider.texts(), room.recorded()]).toEqual([["one", "one"], false]);
  });

  test("diff answers with what the provider says now, and tells what is not as recorded", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    await room.run(["record"], ["one"]);
    const before = room.text();
    const { stdout, stderr, code } = await room.run(["exec", "--mode", "diff"], ["one"]);
    expect([stdout, code, room.text()]).toEqual(["200 real 2\n", 0, before]);
    expect(stderr).toMatch(/^ {8}- real 1\n {8}\+ real 2$/m);
  });

  test("of the config is as good as the flag's, and needs no folder to be named", async () => {
    await using provider = startProvider();
    using room = openRoom(provider, { mode: "new" });
    expect(await room.run(["exec"], ["one"])).toMatchObject({ stdout: "200 real 1\n", code: 0 });
    expect(room.recorded()).toBe(true);
    await room.run(["exec", "--mode", "live"], ["two"]);
    expect(provider.texts()).toEqual(["one", "two"]);
  });
});

describe("where CI is set", () => {
  test.each([["once"], ["new"], ["all"], ["live"], ["diff"]])("%s is replay, until --allow-record", async (mode) => {
    await using provider = startProvider();
    using room = openRoom(provider);
    const env = { CI: "true" };
    const held = await room.run(["exec", "--mode", mode], ["one"], env);
    expect(held).toMatchObject({ stdout: "400 mock_no_match\n", code: 3 });
    expect(provider.texts()).toEqual([]);
    if (mode !== "diff") await room.run(["exec", "--mode", mode, "--allow-record"], ["one"], env);
    expect(provider.texts()).toEqual(mode === "diff" ? [] : ["one"]);
  });

  test("so is the mode of a config, which --allow-record brings back", async () => {
    await using provider = startProvider();
    using room = openRoom(provider, { mode: "new" });
    const env = { CI: "true" };
    expect((await room.run(["exec"], ["one"], env)).code).toBe(3);
    expect(await room.run(["exec", "--allow-record"], ["one"], env)).toMatchObject({ stdout: "200 real 1\n", code: 0 });
    expect(await room.run(["record"], ["two"], env)).toMatchObject({ stdout: "200 real 2\n", code: 0 });
  });

  test("fallback: live asks nobody", async () => {
    await using provider = startProvider();
    using room = openRoom(provider, { fallback: "live" });
    expect(await room.run(["exec"], ["one"], { CI: "1" })).toMatchObject({ stdout: "400 mock_no_match\n", code: 3 });
    expect(provider.texts()).toEqual([]);
    expect(await room.run(["exec"], ["one"], { CI: "false" })).toMatchObject({ stdout: "200 real 1\n", code: 0 });
  });
});
