import { expect, test } from "bun:test";
import OpenAI from "openai";
import { answer, tell } from "./agent.ts";
import { mock } from "./mock.preload.ts";

test("looks up the weather before it answers", async () => {
  using scope = mock.scope("weather");
  const openai = new OpenAI(scope.client());

  expect(await answer(openai, "How is the weather in Oslo?", (city) => `rain in ${city}`)).toBe("Take an umbrella.");

  expect(scope.requests()).toHaveLength(2);
  scope.last().expect({ toolResult: { contains: "rain in Oslo" } });
});

test("tells a story piece by piece", async () => {
  using scope = mock.scope("story");

  const pieces = await Array.fromAsync(tell(new OpenAI(scope.client())));

  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.join("")).toBe("Once upon a time there was a proxy.");
});

test("asks again when there are too many requests", async () => {
  using scope = mock.scope("retries");
  scope.on({ user: "hello" }).fail({ status: 429, retryAfterMs: 0 }).times(2).reply("Hello!");

  expect(await answer(new OpenAI(scope.client()), "hello", String)).toBe("Hello!");

  expect(scope.requests().map(({ status }) => status)).toEqual([429, 429, 200]);
});

test("keeps what it has of a story that breaks off", async () => {
  using scope = mock.scope("cut");
  scope
    .on({ user: "story" })
    .reply("One two three four")
    .fail({ close: "reset", after: { events: 3 } });

  const pieces: string[] = [];
  const read = async () => {
    for await (const piece of tell(new OpenAI(scope.client()))) pieces.push(piece);
  };
  expect(await read().catch((thrown: unknown) => thrown)).toBeInstanceOf(Error);

  expect(pieces.join("")).toBe("One two");
});

test("a client that is told nothing finds the mock by the environment", async () => {
  mock.on({ user: "who are you" }).reply("A mock.");
  expect(await answer(new OpenAI(), "who are you?", String)).toBe("A mock.");
});
