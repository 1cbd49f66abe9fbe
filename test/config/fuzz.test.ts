import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseConfig } from "../../src/config/load.ts";

const whole = `server: { port: "\${PORT:-1}", cors: { origins: ["*"] } }
timeouts: &t { head: 1s, total: off }
log:
  level: info
providers:
  - &p
    name: a
    type: openai
    api_key: \${KEY}
    models: [m, "n*"]
    timeouts: *t
  - { <<: *p, name: b, models: [x], forward_headers: [x-a] }
routes:
  smart: a/m
`;

const check = (text: string): void => {
  const loaded = parseConfig(text, "f.yaml", { KEY: "hunter2hunter2" });
  if (loaded.kind === "ok") return;
  expect(loaded.faults.length).toBeGreaterThan(0);
  for (const fault of loaded.faults) {
    expect(fault.line).toBeGreaterThanOrEqual(1);
    expect(fault.column).toBeGreaterThanOrEqual(1);
    expect(fault.message).not.toBe("");
    expect(fault.message).not.toContain("hunter2hunter2");
  }
};

test("any text gives a config or faults, and never throws", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), check), { numRuns: 500 });
}, 20_000);

test("any text of YAML's own signs gives a config or faults, and never throws", () => {
  const pieces =
    "a b: - ? [ ] { } , & * ! | > ' \" % @ # \n \t << &a *a ${KEY} ${ $ --- ... ~ 1 true __proto__ providers: server: name:".split(
      " ",
    );
  const sign = fc.constantFrom(...pieces, " ", "\n  ");
  fc.assert(
    fc.property(
      fc.array(sign, { maxLength: 60 }).map((parts) => parts.join("")),
      check,
    ),
    { numRuns: 1000 },
  );
}, 20_000);

test("a good config with a piece cut out or put in gives a config or faults, and never throws", () => {
  const edit = fc.tuple(fc.nat(whole.length), fc.nat(12), fc.string({ maxLength: 6 }));
  fc.assert(
    fc.property(edit, ([at, cut, piece]) => check(whole.slice(0, at) + piece + whole.slice(at + cut))),
    { numRuns: 1000 },
  );
}, 20_000);

test("any JSON under any key gives a config or faults, and never throws", () => {
  const key = fc.constantFrom("server", "timeouts", "log", "providers", "routes", "cache", "__proto__", "x");
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), (value) => check(JSON.stringify(value))),
    { numRuns: 1000 },
  );
}, 20_000);
