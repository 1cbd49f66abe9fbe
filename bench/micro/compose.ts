import { openExchange } from "../../src/exchange.ts";
import { compose, type Exchange, type Handler, type Stage } from "../../src/pipeline.ts";
import { createWait } from "../../src/routing/waits.ts";
import type { Case } from "./case.ts";

const exchange = openExchange(
  new Request("http://h/v1/x"),
  { allowSilence: () => {}, address: () => "" },
  { now: () => 1, createWait },
);
const response = new Response("x");
const stages = 5;

const sync: Stage = (next) => (given) => {
  given.outcome.bytes += 1;
  return next(given);
};
const asynchronous: Stage = (next) => async (given) => {
  given.outcome.bytes += 1;
  return await next(given);
};
const returning: Stage = (next) => (given) => {
  given.outcome.bytes += 1;
  const answer = next(given);
  return answer instanceof Promise ? answer.then((whole) => whole) : answer;
};

type Middleware = (given: Exchange, next: () => Promise<Response>) => Promise<Response>;
const middleware: Middleware = async (given, next) => {
  given.outcome.bytes += 1;
  return await next();
};
/** As koa-compose 4 does it: every step finds the next one at run time, and guards against being called twice. */
const composeLikeKoa =
  (list: readonly Middleware[], last: Handler) =>
  (given: Exchange): Promise<Response> => {
    let reached = -1;
    const step = (at: number): Promise<Response> => {
      if (at <= reached) return Promise.reject(new Error("next() called multiple times"));
      reached = at;
      const found = list[at];
      try {
        return found === undefined ? Promise.resolve(last(given)) : Promise.resolve(found(given, () => step(at + 1)));
      } catch (thrown) {
        return Promise.reject(thrown);
      }
    };
    return step(0);
  };

const last: Handler = () => response;
const lastAsync: Handler = async () => response;
const five = <T>(stage: T): T[] => Array.from({ length: stages }, () => stage);
const isTheResponse = (result: unknown): boolean => result === response;

const foldedSync = compose(five(sync), last);
const foldedReturning = compose(five(returning), last);
const foldedAsync = compose(five(asynchronous), last);
const koa = composeLikeKoa(five(middleware), last);
const foldedSyncLastAsync = compose(five(sync), lastAsync);
const foldedAsyncLastAsync = compose(five(asynchronous), lastAsync);

export const composeCases: readonly Case[] = [
  {
    name: "compose: five stages around a handler that answers at once",
    toComparable: isTheResponse,
    variants: {
      "folded, sync": () => foldedSync(exchange),
      "no stages": () => last(exchange),
      "folded, sync, looks for a promise": () => foldedReturning(exchange),
      "folded, async": () => foldedAsync(exchange),
      "like koa-compose": () => koa(exchange),
    },
  },
  {
    name: "compose: five stages around an async handler",
    toComparable: isTheResponse,
    variants: {
      "folded, sync": () => foldedSyncLastAsync(exchange),
      "no stages": () => lastAsync(exchange),
      "folded, async": () => foldedAsyncLastAsync(exchange),
    },
  },
];
