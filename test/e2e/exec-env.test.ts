// What the command of `qlite exec` finds in its environment.
import { describe, expect, test } from "bun:test";
import { makeFolder } from "../support/folder.ts";
import { ask, files, openBed } from "./exec-bed.ts";

const { exec } = openBed();

const show = (...names: readonly string[]): readonly string[] => [
  "--",
  "sh",
  "-c",
  `echo "${names.map((name) => `$${name}`).join("|")}"`,
];

describe("the environment", () => {
  test("leads the official clients to the mock, with a key where there is none", async () => {
    const env = { OPENAI_BASE_URL: "https://api.openai.com/v1", ANTHROPIC_API_KEY: "sk-mine", KEPT: "kept" };
    const { stdout } = await exec(
      show(
        "OPENAI_BASE_URL",
        "ANTHROPIC_BASE_URL",
        "QLITE_MOCK_URL",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "KEPT",
        "BUN_CONFIG_MAX_HTTP_REQUESTS",
      ),
      { env },
    );
    expect(stdout).toMatch(/^(http:\/\/127\.0\.0\.1:\d+)\/v1\|\1\|\1\|sk-qlite-default\|sk-mine\|kept\|\n$/);
  });

  test("--env adds what a program reads by another name, and wins over ours", async () => {
    const env = ["--env", "LLM={url}/x?p={port}&{url}", "--env", "OPENAI_API_KEY=k=1", "--env", "EMPTY="];
    const { stdout } = await exec([...env, ...show("LLM", "OPENAI_API_KEY", "EMPTY")]);
    expect(stdout).toMatch(/^(http:\/\/127\.0\.0\.1:(\d+))\/x\?p=\2&\1\|k=1\|\n$/);
  });

  test("gives the key that a mock with keys of its own takes", async () => {
    using keyed = makeFolder({ ...files, "qlite.yaml": "mock: { keys: [sk-only-this] }\n" });
    const args = ["mock", "-c", "qlite.yaml", ...ask("hello")];
    expect(await exec(args, { cwd: keyed })).toMatchObject({ stdout: "200 Hi there\n", code: 0 });
    const wrong = await exec(args, { cwd: keyed, env: { OPENAI_API_KEY: "sk-another" } });
    expect(wrong.stdout).toBe("401 invalid_api_key\n");
  });

  test("a key there that cannot be one is nobody's business where nothing is recorded", async () => {
    const env = { OPENAI_API_KEY: "not a key" };
    expect(await exec(["mock", ...ask("hello")], { env })).toMatchObject({ stdout: "200 Hi there\n", code: 0 });
    const recording = await exec(["--mode", "new", ...ask("hello")], { env });
    expect(recording).toMatchObject({ stdout: "", code: 1 });
    expect(recording.stderr).toBe(
      "environment variable OPENAI_API_KEY must hold no spaces, line breaks or letters outside ASCII\n",
    );
  });
});
