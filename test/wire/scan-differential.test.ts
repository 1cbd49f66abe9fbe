import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { ProxyError } from "../../src/errors.ts";
import { scanCall, type Call } from "../../src/wire/scan.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const attempt = (body: Uint8Array): Call | ProxyError => {
  try {
    return scanCall(body);
  } catch (thrown) {
    if (thrown instanceof ProxyError) return thrown;
    throw thrown;
  }
};
const isRefused = (body: Uint8Array): boolean => attempt(body) instanceof ProxyError;

const parse = (body: Uint8Array): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(decoder.decode(body)) };
  } catch {
    return null;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a call must come to by the word of `JSON.parse`: its model and flag, or why it is refused. */
const expectedOf = (parsed: ReturnType<typeof parse>): unknown => {
  if (parsed === null) return "no JSON";
  if (!isObject(parsed.value)) return "JSON";
  const { model, stream = false } = parsed.value;
  const isCall = typeof model === "string" && model !== "" && (stream === null || typeof stream === "boolean");
  return isCall ? { model, stream: stream === true, span: model } : "JSON";
};

/** Compares the two on any bytes. `JSON.parse` cannot see that a key stands twice, nor does a scan that ends there see more. */
const compare = (body: Uint8Array): void => {
  const result = attempt(body);
  const expected = expectedOf(parse(body));
  if (!(result instanceof ProxyError)) {
    const { model, stream, modelStart, modelEnd } = result;
    const span: unknown = JSON.parse(decoder.decode(body.slice(modelStart, modelEnd)));
    const given: unknown = { model, stream, span };
    expect(given).toEqual(expected);
    return;
  }
  const isAgreed =
    result.code === "duplicate_field" ||
    expected === (result.code === "invalid_json" ? "no JSON" : "JSON") ||
    // An array is refused before what follows it is looked at.
    (expected === "no JSON" && result.code === "invalid_request" && result.param === null);
  if (!isAgreed) throw new Error(`${result.code}, wanted ${JSON.stringify(expected)}: ${decoder.decode(body)}`);
};

const space = fc.constantFrom("", "", "", " ", "\n", "\t", "\r\n  ");
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  // What a decoder may take for a mark, an end or half a pair.
  fc.string({ unit: fc.constantFrom("\uFEFF", "\u0000", "\u2028", "\uD83D", "\uDE00", "m", "\\", '"') }),
);
/** The same string in another spelling: some characters as `\uXXXX`. */
const spell = (value: string, escaped: readonly boolean[]): string => {
  const spelled = Array.from({ length: value.length }, (_, at) =>
    escaped[at % escaped.length] === true
      ? `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`
      : value.charAt(at),
  );
  return escaped.includes(true) ? `"${spelled.join("")}"` : JSON.stringify(value);
};
const escaping = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
const name = fc.oneof(fc.constantFrom("model", "stream", "models", "m", "s", "messages"), fc.string());
const plainName = name.filter((value) => /^[a-z]*$/.test(value));
const key = fc.oneof(
  name.map((value) => JSON.stringify(value)),
  fc.tuple(plainName, escaping).map(([value, escaped]) => spell(value, escaped)),
);
const value = fc.oneof(
  fc.json({ maxDepth: 4 }),
  text.map((given) => JSON.stringify(given)),
  fc.constantFrom("true", "false", "null", "-0", "1E+9", "0.10", '""', '"\\ud83d"', '"\\/"', "{}", "[ ]"),
);
const member = fc
  .tuple(space, key, space, space, value, space)
  .map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`);
const body = fc
  .tuple(space, fc.array(member, { maxLength: 6 }), space)
  .map(([a, list, b]) => `${a}{${list.join()}}${b}`);

const call = fc
  .tuple(
    text.filter((given) => given !== ""),
    fc.constantFrom("", '"stream":true,', '"stream" : null ,'),
    value,
  )
  .map(([model, stream, other]) => `{${stream}"model":${JSON.stringify(model)},"messages":${other}}`);

test("any object in JSON is taken or refused as JSON.parse would have it", () => {
  fc.assert(
    fc.property(body, (given) => compare(bytesOf(given))),
    { numRuns: 3000 },
  );
});

test("any call is read as JSON.parse reads it, and its span holds the model", () => {
  fc.assert(
    fc.property(call, (given) => {
      expect(isRefused(bytesOf(given))).toBe(false);
      compare(bytesOf(given));
    }),
    { numRuns: 3000 },
  );
});

test("a call with bytes cut out, put in or doubled is taken exactly when JSON.parse takes it", () => {
  const sign = fc.oneof(fc.constantFrom(...bytesOf('{}[]",:\\/utfnbrelmodstramE+-.019 \t\n\r')), fc.nat({ max: 255 }));
  const edit = fc.record({ at: fc.nat(400), cut: fc.nat(3), put: fc.array(sign, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.oneof(call, body), fc.array(edit, { minLength: 1, maxLength: 3 }), (given, edits) => {
      let bytes = [...bytesOf(given)];
      for (const { at, cut, put } of edits) bytes = bytes.toSpliced(at % (bytes.length + 1), cut, ...put);
      compare(Uint8Array.from(bytes));
    }),
    { numRuns: 10_000 },
  );
});

test("a call cut at any byte is refused", () => {
  fc.assert(
    fc.property(call, (given) => {
      const bytes = bytesOf(given);
      const taken = Array.from(bytes.keys()).filter((end) => !isRefused(bytes.slice(0, end)));
      expect(taken).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test("model or stream twice is refused in every spelling, and any other key twice is not", () => {
  const twice = fc.tuple(fc.constantFrom("model", "stream", "messages", "m"), escaping, escaping);
  fc.assert(
    fc.property(twice, ([given, first, second]) => {
      const of = (escaped: readonly boolean[]): string =>
        `${spell(given, escaped)}:${given === "model" ? '"m"' : "true"}`;
      const rest = given === "model" ? "" : ',"model":"m"';
      const result = attempt(bytesOf(`{${of(first)},${of(second)}${rest}}`));
      const isRead = given === "model" || given === "stream";
      expect(result instanceof ProxyError ? result.code : "taken").toBe(isRead ? "duplicate_field" : "taken");
    }),
    { numRuns: 1000 },
  );
});
