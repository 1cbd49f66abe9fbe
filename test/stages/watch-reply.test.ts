import { describe, expect, test } from "bun:test";
import type { Reply, ReplyEvent, TokenLogprob } from "../../src/dialects/reply.ts";
import { openExchange } from "../../src/exchange.ts";
import { createWait } from "../../src/routing/waits.ts";
import { maxAssembledTogether, watchReply } from "../../src/stages/watch-reply.ts";
import { createAllowance, type Allowance } from "../../src/wire/allowance.ts";

const at = { candidate: 0, index: 0 } as const;
const delta = (text: string, logprobs: readonly TokenLogprob[] | null = null): ReplyEvent => ({
  kind: "delta",
  ...at,
  text,
  logprobs,
});
const start: ReplyEvent = { kind: "start", id: "1", model: "m", createdAt: 1, serviceTier: null, fingerprint: null };
const begin: ReplyEvent = { kind: "part", ...at, part: { kind: "text", text: "", citations: [], cache: null } };
const mebichar = delta("word ".repeat(209_715));

/** Begins a reply. */
const open = (allowance: Allowance) => {
  const connection = { allowSilence: () => {}, address: () => "" };
  const exchange = openExchange(new Request("http://a/"), connection, { now: () => 1, createWait });
  const whole: Reply[] = [];
  const share = allowance.open();
  const see = watchReply(exchange, {
    id: null,
    isMetered: true,
    share,
    catchUp: () => {},
    finish: (reply) => whole.push(reply),
  });
  const pass = (...events: readonly ReplyEvent[]): void => {
    for (const event of events) expect(see(event)).toBe(event);
  };
  pass(start, begin);
  return { pass, share, whole, said: () => exchange.outcome.watch?.said() };
};
const tokensOf = (reply: ReturnType<typeof open>): number => {
  const said = reply.said();
  return (said?.text.length ?? 0) * (said?.scale ?? 0);
};

describe("a translated stream is put together beside its passing", () => {
  test("up to 8 Mi characters, of more its words are known by a sample", () => {
    const allowance = createAllowance(maxAssembledTogether);
    const [short, long] = [open(allowance), open(allowance)];
    for (let count = 0; count < 7; count += 1) {
      short.pass(mebichar);
      long.pass(mebichar);
    }
    long.pass(mebichar, mebichar);
    for (const reply of [short, long]) reply.pass({ kind: "end" });
    expect([short.whole.length, long.whole.length]).toEqual([1, 0]);
    expect(tokensOf(short)).toBe(7 * 1_048_575);
    expect(tokensOf(long)).toBeCloseTo(9 * 1_048_575, -2);
  });

  test("up to 128 Mi characters of all together: one that does not fit is let go, and leaves its room to the others", () => {
    const allowance = createAllowance(maxAssembledTogether);
    const replies = Array.from({ length: 19 }, () => open(allowance));
    for (let count = 0; count < 7; count += 1) for (const reply of replies) reply.pass(mebichar);
    for (const reply of replies) reply.pass({ kind: "end" });
    expect(replies.map(({ whole }) => whole.length).filter((count) => count === 0)).toHaveLength(1);
    for (const reply of replies) {
      expect(tokensOf(reply)).toBeCloseTo(7 * 1_048_575, -2);
      reply.share.close();
    }
    expect(allowance.open().take(maxAssembledTogether)).toBe(true);
  });

  test.each([
    [
      "logprobs",
      delta(
        "a",
        Array.from({ length: 10 }, () => ({ token: "a", bytes: null, logprob: -1, top: [] })),
      ),
    ],
    ["empty parts", begin],
    [
      "citations",
      {
        kind: "citation",
        ...at,
        citation: { url: "u".repeat(100), title: null, quote: null, start: null, end: null, native: null },
      },
    ],
    ["letters", delta("a")],
  ] as const)("and %s without end are no way around it", (_, event) => {
    const allowance = createAllowance(100_000);
    const reply = open(allowance);
    for (let count = 0; count < 20_000; count += 1) reply.pass(event);
    reply.pass({ kind: "end" });
    expect(reply.whole).toEqual([]);
  });
});
