// What is planted here must not sing anywhere: keys nowhere at all, prompts and answers only where bodies are asked for.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "../support/folder.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { startProgram } from "../support/program.ts";
import { shareUpstream } from "../support/share.ts";
import { aside, exercise, keys, service, talk } from "./canary-calls.ts";
import { askOperator, configOf, isOurs, rowsIn, singing, tellAll } from "./canary-places.ts";

const upstream = await shareUpstream(service);

describe("with everything that tells of exchanges switched on", () => {
  test("no key, prompt, answer, tool argument or header stands anywhere", async () => {
    const { places, rows, faults } = await tellAll(upstream);
    expect(faults).toEqual([]);
    expect(singing(places, { ...keys, ...talk, ...aside })).toEqual([]);
    // All of it has been somewhere.
    expect(Object.entries(places).filter(([, text]) => text.length < 200)).toEqual([]);
    const codes = new Set(rows.flatMap(({ error_code: code }) => (typeof code === "string" ? [code] : [])));
    expect([...codes].toSorted()).toEqual([
      "client_closed_request",
      "invalid_json",
      "model_not_found",
      "unknown_provider",
      "unknown_url",
      "unsupported_media_type",
      "upstream_auth_error",
      "upstream_connect_error",
      "upstream_connection_reset",
      "upstream_head_timeout",
      "upstream_invalid_response",
      "upstream_stream_interrupted",
    ]);
  }, 60_000);

  test("no provider is sent the admin key, nor a key of the client's", async () => {
    await tellAll(upstream);
    const { provider: _, ...others } = keys;
    const sent = upstream.requests.map((asked) => asked.raw().toString()).join("\n");
    expect(singing({ "requests upstream": sent }, others)).toEqual([]);
    expect(sent).toContain(talk.prompt);
  }, 60_000);

  test("a ledger that keeps bodies has prompts, answers and tool arguments, but no key", async () => {
    const { places, rows } = await tellAll(upstream, { bodies: true });
    const { "rows of the ledger": kept, "files of the ledger": files, ...others } = places;
    expect(singing(others, { ...keys, ...talk, ...aside })).toEqual([]);
    expect(singing({ kept: kept!, files: files! }, keys)).toEqual([]);
    const bodies = rows.map((row) => `${String(row["request_body"])} ${String(row["reply_body"])}`).join("\n");
    for (const words of Object.values(talk)) expect(bodies).toContain(words);
  }, 60_000);
});

describe("a process", () => {
  test.each(["json", "text"])(
    "writes no canary to stdout or stderr, its log as %s",
    async (format) => {
      await using receiver = startOtlpReceiver();
      const config = configOf(upstream, { path: "l.db" }, receiver.url, {
        server: { port: 0 },
        log: { level: "debug", format },
      });
      const names = Object.entries(keys).map(([name, key]) => [`CANARY_${name.toUpperCase()}`, key] as const);
      const written = JSON.stringify(config, (_, value: unknown) =>
        typeof value === "string"
          ? names.reduce((text, [name, key]) => text.replaceAll(key, `\${${name}}`), value)
          : value,
      );
      using folder = makeFolder({ "qlite.yaml": written });
      await using program = await startProgram(["serve", "--config", "qlite.yaml"], {
        cwd: folder.path,
        env: Object.fromEntries(names),
      });
      const replies = await exercise({ url: program.url, upstream });
      const answers = await askOperator(program.url);
      program.signal("SIGTERM");
      expect(await program.exited).toBe(0);
      const places = {
        stdout: program.stdout(),
        stderr: program.stderr(),
        rows: JSON.stringify(rowsIn(join(folder.path, "l.db"))),
        errors: replies
          .filter(isOurs)
          .map(({ body }) => body.toString())
          .join("\n"),
        ...answers,
      };
      expect(singing(places, { ...keys, ...talk, ...aside })).toEqual([]);
      expect(places.stdout).toContain("upstream_stream_interrupted");
    },
    60_000,
  );
});
