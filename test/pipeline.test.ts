import { describe, expect, test } from "bun:test";
import { emptyUsage } from "../src/dialects/empty-usage.ts";
import { openExchange } from "../src/exchange.ts";
import { compose, replyWhole, toPlausible, type Exchange, type Handler, type Stage } from "../src/pipeline.ts";
import { createWait } from "../src/routing/waits.ts";

const open = (): Exchange =>
  openExchange(
    new Request("http://h/v1/x"),
    { allowSilence: () => {}, address: () => "" },
    { now: () => 1, createWait },
  );

const answer: Handler = () => new Response("x");
const pass: Stage = (next) => (exchange) => next(exchange);

describe("compose", () => {
  test("runs the stages in their order, the first one outermost, and folds them once", async () => {
    const steps: string[] = [];
    const stage =
      (name: string): Stage =>
      (next) => {
        steps.push(`fold ${name}`);
        return async (exchange) => {
          steps.push(`${name} in`);
          const response = await next(exchange);
          steps.push(`${name} out`);
          return response;
        };
      };
    const handler = compose([stage("a"), stage("b")], () => {
      steps.push("last");
      return new Response("x");
    });
    expect(steps).toEqual(["fold b", "fold a"]);
    await handler(open());
    await handler(open());
    const way = ["a in", "b in", "last", "b out", "a out"];
    expect(steps.slice(2)).toEqual([...way, ...way]);
  });

  test("with no stages gives the last handler itself", () => {
    expect(compose([], answer)).toBe(answer);
  });

  test("leaves an answer that is there at once a plain Response, the same object", () => {
    const response = new Response("x");
    expect(compose([pass, pass, pass], () => response)(open())).toBe(response);
  });

  test("a stage may answer by itself; what lies below is not asked", () => {
    let asked = 0;
    const own = new Response("own");
    const handler = compose([(next) => next, () => () => own], () => {
      asked += 1;
      return new Response();
    });
    expect(handler(open())).toBe(own);
    expect(asked).toBe(0);
  });

  test("hands one exchange through all of them, and what is thrown back out", () => {
    const seen: Exchange[] = [];
    const look: Stage = (next) => (exchange) => {
      seen.push(exchange);
      return next(exchange);
    };
    const fault = new Error("fault");
    const exchange = open();
    const handler = compose([look, look], () => {
      throw fault;
    });
    expect(() => handler(exchange)).toThrow(fault);
    expect(seen).toEqual([exchange, exchange]);
  });
});

test.each([
  ["a text", "é😀", 6],
  ["bytes", new Uint8Array(5), 5],
  ["an empty text", "", 0],
  ["nothing", null, 0],
])("replyWhole of %s notes its size in bytes, and that nothing is left to watch", async (_, body, bytes) => {
  const exchange = open();
  const response = replyWhole(exchange, body, { status: 201, headers: { "x-a": "b" } });
  expect(exchange.outcome).toMatchObject({ bytes, whole: true });
  expect([response.status, response.headers.get("x-a")]).toEqual([201, "b"]);
  expect((await response.bytes()).length).toBe(bytes);
});

describe("a usage", () => {
  const told = { ...emptyUsage, inputTokens: 12, outputTokens: 3 };

  test.each([[told], [{ ...told, cachedInputTokens: 0, webSearches: 1e9 }], [{ ...emptyUsage, inputTokens: 1 }]])(
    "that can be is the same object: %j",
    (usage) => {
      expect(toPlausible(usage)).toBe(usage);
    },
  );

  test.each(Object.keys(emptyUsage))("whose %s cannot be is none", (name) => {
    for (const count of [-1, 2.5, 1e9 + 1, NaN, Infinity]) {
      expect([count, toPlausible({ ...told, [name]: count })]).toEqual([count, null]);
    }
  });

  test("of 0 tokens is none", () => {
    expect([toPlausible(null), toPlausible(emptyUsage), toPlausible({ ...emptyUsage, webSearches: 1 })]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
