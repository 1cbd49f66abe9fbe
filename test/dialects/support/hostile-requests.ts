// Requests that mean harm, or come from a client that is broken: whatever stands in whatever place, they are read, or
// refused with an error of ours; nothing else is ever thrown.
import { expect } from "bun:test";
import type { ClientDialectName, JsonObject } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { isObject } from "../../../src/dialects/fields.ts";
import { ProxyError } from "../../../src/errors.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { assault, kindOf, nested, uniquePlaces } from "./assault.ts";
import { cell } from "./gaps.ts";
import { handRequests } from "./hand-written.ts";
import { clientOf, orRefusal, readRequest, targets, upstreamNames, writeRequest } from "./speak.ts";
import { at, replaced } from "./walk.ts";

export const hostileRequests = (from: ClientDialectName): void => {
  cell(`${from}: a request with anything anywhere is read or refused, and written or refused`, () => {
    const requests = handRequests.filter(({ dialect }) => dialect === from);
    const thrown = assault(requests, (_, body) => {
      const { value } = readRequest(from, body, "m");
      for (const to of upstreamNames) {
        const written = orRefusal(() => writeRequest(to, { ...value, model: targets[to].model }).value);
        if (!(written instanceof ProxyError)) JSON.stringify(written);
      }
    });
    expect(thrown).toEqual([]);
  });
};

const prototypeKeys = [...Object.getOwnPropertyNames(Object.prototype), "then", "toJSON"];

export const prototypeRequests = (from: ClientDialectName): void => {
  cell(`${from}: keys of Object.prototype in any object of a request are keys like others`, () => {
    const thrown = new Set<string>();
    const requests = handRequests.filter(({ dialect }) => dialect === from);
    for (const [{ body }, path] of [...uniquePlaces(requests), [{ body: requests[0]?.body ?? {} }, []] as const]) {
      const object = at(body, path);
      if (!isObject(object)) continue;
      for (const key of prototypeKeys) {
        const changed = replaced(body, path, Object.fromEntries([...Object.entries(object), [key, 1]]));
        const read = orRefusal(() => readRequest(from, changed, "m").value);
        if (read instanceof ProxyError) continue;
        for (const to of upstreamNames) {
          try {
            const written = orRefusal(() => writeRequest(to, { ...read, model: targets[to].model }).value);
            if (!(written instanceof ProxyError)) JSON.stringify(written);
          } catch (error) {
            thrown.add(`${kindOf(path)}.${key}: ${String(error)}`);
          }
        }
      }
    }
    expect([...thrown]).toEqual([]);
  });
};

/** A tool whose schema is as deep as a parser goes, in the words of each dialect. */
const deepRequests = (deep: unknown): Readonly<Record<ClientDialectName, JsonObject>> => {
  const schema = { type: "object", deep };
  return {
    "openai-chat": {
      messages: [{ role: "user", content: "x" }],
      tools: [{ type: "function", function: { name: "f", parameters: schema } }],
    },
    "openai-responses": { input: "x", tools: [{ type: "function", name: "f", parameters: schema, strict: false }] },
    anthropic: {
      max_tokens: 1,
      messages: [{ role: "user", content: "x" }],
      tools: [{ name: "f", input_schema: schema }],
    },
    gemini: {
      contents: [{ parts: [{ text: "x" }] }],
      tools: [{ functionDeclarations: [{ name: "f", parametersJsonSchema: schema }] }],
    },
  };
};

export const deepRequest = (from: ClientDialectName): void => {
  cell(`${from}: a request nested 100,000 levels deep is refused`, () => {
    const body = deepRequests(parseJson(nested(100_000)))[from];
    const client = clientOf(from);
    const run = () => client.readRequest(body, { model: "m", stream: false }, createDrops(client.fieldNames));
    for (const to of upstreamNames) {
      const written = orRefusal(() => writeRequest(to, run()).value);
      if (!(written instanceof ProxyError)) JSON.stringify(written);
    }
  });
};
