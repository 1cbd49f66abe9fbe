// What the library promises, whichever process the mock runs in.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { rejectionOf } from "../mock/serve-mock.ts";
import type { Mock, Scope, StartOptions } from "../../src/testing/library.ts";

const hi = { model: "gpt-4o", messages: [{ role: "user" as const, content: "hi there" }] };
export const ask = async (from: Pick<Scope, "client">, content = "hi there", maxRetries = 2) => {
  const openai = new OpenAI({ ...from.client(), maxRetries });
  const reply = await openai.chat.completions.create({ ...hi, messages: [{ role: "user", content }] });
  return reply.choices[0]?.message.content ?? null;
};

const failInside = async (scope: Scope): Promise<void> => {
  using s = scope;
  await ask(s).catch(() => null);
  throw new Error("the test itself");
};

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    return String(thrown);
  }
  return "nothing was thrown";
};

export const contract = (name: string, start: (options: StartOptions) => Promise<Mock>): void => {
  describe(name, () => {
    let mock: Mock;
    beforeAll(async () => {
      mock = await start({ fallback: "fail", env: true });
    });
    afterAll(async () => {
      // Some tests below leave misses on purpose, each in a scope that told them.
      await mock.close();
    });

    test("a fault strikes the first two requests, the client retries, and the third is answered", async () => {
      using s = mock.scope("retries");
      s.on({ user: "hi" }).fail({ status: 429, retryAfterMs: 0 }).times(2).reply("ok");
      expect(await ask(s)).toBe("ok");
      expect(s.requests().map(({ status }) => status)).toEqual([429, 429, 200]);
      s.last().expect({ model: "gpt-4o", user: /^HI/i });
      expect(s.last().body).toMatchObject({ messages: [{ content: "hi there" }] });
    });

    test("faults with a count follow one another", async () => {
      using s = mock.scope("faults");
      s.on({}).fail({ status: 500 }).once().fail({ status: 429, retryAfterMs: 0 }).times(2).reply("ok");
      expect(String(await rejectionOf(ask(s, "a", 0)))).toContain("500");
      expect(String(await rejectionOf(ask(s, "a", 0)))).toContain("429");
      expect(String(await rejectionOf(ask(s, "a", 0)))).toContain("429");
      expect(await ask(s, "a", 0)).toBe("ok");
    });

    test("replies are given in their order, and nothing behind them", async () => {
      const s = mock.scope("turns");
      s.on({ user: "a" }).reply("one").times(2).reply("two");
      expect([await ask(s, "a"), await ask(s, "a"), await ask(s, "a")]).toEqual(["one", "one", "two"]);
      expect(String(await rejectionOf(ask(s, "a")))).toContain("mock_no_match");
      expect(messageOf(s.close)).toContain("was answered by nothing: request 4 of scope turns");
    });

    test("turns take tool calls, and conditions on their results", async () => {
      using s = mock.scope("tools");
      s.on({ user: "weather" }).turns([
        { toolCalls: [{ name: "get_weather", arguments: { cityName: "Oslo" } }] },
        { when: { toolResult: { contains: "rain" } }, text: "Take an umbrella." },
      ]);
      const openai = new OpenAI(s.client());
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "weather?" }];
      const tool = { type: "function" as const, function: { name: "get_weather", parameters: { type: "object" } } };
      const first = await openai.chat.completions.create({ ...hi, messages, tools: [tool] });
      const message = first.choices[0]!.message;
      const call = message.tool_calls![0]!;
      expect(call).toMatchObject({ function: { name: "get_weather", arguments: '{"cityName":"Oslo"}' } });
      messages.push(message, { role: "tool", tool_call_id: call.id, content: "rain" });
      const second = await openai.chat.completions.create({ ...hi, messages, tools: [tool] });
      expect(second.choices[0]?.message.content).toBe("Take an umbrella.");
    });

    test("a miss that the application swallows fails the scope, and says what came nearest", async () => {
      const s = mock.scope("swallowed");
      s.on({ user: "weather" }).reply("sunny");
      expect(await ask(s, "weather?")).toBe("sunny");
      await ask(s, "cooking").catch(() => null);
      const message = messageOf(s.verify);
      expect(message).toContain("POST /v1/chat/completions (gpt-4o) was answered by nothing");
      expect(message).toContain('user: wanted "weather"');
      expect(messageOf(s.close)).toBe(message);
      expect(messageOf(s.close)).toBe("nothing was thrown");
    });

    test("when a test fails and its scope does too, the error tells of both", async () => {
      const thrown = await rejectionOf(failInside(mock.scope("both")));
      expect(thrown).toBeInstanceOf(SuppressedError);
      expect(thrown).toHaveProperty("message", expect.stringMatching(/^the test itself/));
      expect(thrown).toHaveProperty("message", expect.stringContaining("scope both did not go as written"));
    });

    test("a stream that was read to its end is in the journal with its events", async () => {
      using s = mock.scope("stream");
      s.on({ stream: true }).reply("one two three");
      const stream = await new OpenAI(s.client()).chat.completions.create({ ...hi, stream: true });
      const chunks = await Array.fromAsync(stream);
      expect(s.last()).toMatchObject({ outcome: "matched", status: 200, stream: true, events: chunks.length + 1 });
    });

    test("an on that nothing asks for fails the scope, and one without a reply", () => {
      const s = mock.scope("unused");
      s.on({ user: "never" }).reply("x");
      s.on({ user: "unfinished" });
      const message = messageOf(s.close);
      expect(message).toContain('fixture on#1 {"user":"never"} was asked for by nothing');
      expect(message).toContain('fixture on#2 {"user":"unfinished"} has no reply');
    });

    test("what told of its misses is not told again by the mock", async () => {
      const s = mock.scope("told");
      await ask(s).catch(() => null);
      expect(messageOf(s.close)).toContain("answered by nothing");
      expect(messageOf(mock.verify)).toBe("nothing was thrown");
    });

    test("scopes know nothing of one another", async () => {
      using a = mock.scope("a");
      using b = mock.scope("b");
      a.on({}).reply("of a");
      b.on({}).reply("of b");
      expect(await Promise.all([ask(a), ask(b)])).toEqual(["of a", "of b"]);
      expect(a.requests()).toHaveLength(1);
    });

    test("a scope has fixtures of its own as a file writes them", async () => {
      using s = mock.scope("written", { fixtures: [{ match: { any_text: "hi" }, response: "written" }] });
      expect(await ask(s)).toBe("written");
    });

    test("the official clients of all dialects are led into the scope", async () => {
      using s = mock.scope("dialects");
      s.on({ user: "hi" }).reply("hello");
      const claude = await new Anthropic(s.anthropic()).messages.create({ ...hi, model: "claude-x", max_tokens: 9 });
      expect(claude.content).toMatchObject([{ text: "hello" }]);
      const gemini = await new GoogleGenAI(s.gemini()).models.generateContent({ model: "gemini-x", contents: "hi" });
      expect(gemini.text).toBe("hello");
      expect(s.requests().map(({ endpoint }) => endpoint)).toEqual(["messages", "gemini"]);
    });

    test("expect says in what the request is another", async () => {
      using s = mock.scope("expect");
      s.on({}).reply("ok");
      await ask(s);
      expect(messageOf(() => s.last().expect({ model: "gpt-5" }))).toContain("model: wanted gpt-5, got");
      expect(messageOf(() => s.last().expect({ user: "hi", model: "gpt-4o" }))).toBe("nothing was thrown");
    });

    test("a scope that is open, a name out of form, and a word there is not are refused", () => {
      using s = mock.scope("open");
      expect(messageOf(() => mock.scope("open"))).toContain("scope open is open already");
      expect(messageOf(() => mock.scope("two words"))).toContain('"two words" is out of form');
      // @ts-expect-error a word there is not
      expect(messageOf(() => s.on({ usr: "x" }).reply("x"))).toContain("did you mean user?");
      expect(messageOf(() => s.on({}).fail({ status: 200 }))).toContain("status");
      expect(messageOf(() => s.last())).toBe("Error: scope open was asked for nothing so far");
      expect(messageOf(() => s.on({}).times(2))).toContain("stands behind the fail or reply");
      s.reset();
    });

    test("mock.on holds for every scope until reset", async () => {
      mock.on({ user: "everywhere" }).reply("yes");
      using s = mock.scope("everywhere");
      expect([await ask(s, "everywhere"), await ask(mock, "everywhere")]).toEqual(["yes", "yes"]);
      expect(mock.last().scope).toBe("default");
      mock.reset();
      expect(mock.requests()).toEqual([]);
      expect(String(await rejectionOf(ask(s, "everywhere")))).toContain("mock_no_match");
      expect(messageOf(s.close)).toContain("answered by nothing");
    });

    test("the environment leads clients without options to the mock, until close", async () => {
      const own = await start({ env: true });
      expect(process.env["OPENAI_BASE_URL"]).toBe(`${own.url}/v1`);
      expect(process.env["ANTHROPIC_BASE_URL"]).toBe(own.url);
      expect(await new OpenAI().models.list()).toBeDefined();
      await own.close();
      expect(process.env["OPENAI_BASE_URL"]).toBe(`${mock.url}/v1`);
    });

    test("close fails for a miss nobody told of, and stops the mock all the same", async () => {
      const own = await start({ fallback: "fail" });
      await ask(own).catch(() => null);
      expect(String(await rejectionOf(own.close()))).toContain(
        "the mock did not go as written (1 request: 1 unmatched)",
      );
      expect(await rejectionOf(fetch(`${own.url}/health`))).toBeInstanceOf(Error);
    });

    test("options that are faulty are refused with their names", async () => {
      // @ts-expect-error a word there is not
      expect(String(await rejectionOf(start({ fixture: "mock" })))).toContain("startMock has no option fixture");
      for (const fixtures of [[{ id: "a", text: "hello" }], { id: "a" }]) {
        // @ts-expect-error a fixture in place of its file
        expect(String(await rejectionOf(start({ fixtures })))).toContain("files, folders and globs");
      }
      expect(String(await rejectionOf(start({ clock: "fast" })))).toContain("clock");
      expect(String(await rejectionOf(start({ fixtures: "/nowhere/at/all" })))).toContain("/nowhere/at/all");
    });
  });
};
