// What qlite adds to a request, measured the way a client sees it: sockets on both sides, three processes, direct and
// proxied requests in turn. Run it alone: `npx bun test overhead`.
import { expect, test } from "bun:test";
import { chat } from "../support/http-bytes.ts";
import { startProgram } from "../support/program.ts";
import { startServing } from "../support/serving.ts";
import { share } from "../support/share.ts";
import { json } from "../support/upstream-scripts.ts";

const limitMs = 10;
const rounds = 3;
/** With those that a busy machine spoils. */
const mostRounds = 8;
const requestsPerSide = 120;

const upstream = share(await startProgram(["mock", "--port", "0", "--latency", "5ms"]));
const proxy = share(await startServing(upstream));

const post = (url: string, stream: boolean): Promise<Response> =>
  fetch(`${url}${chat}`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ model: "gpt-5.4-mini", stream, messages: [{ role: "user", content: "How fast are you?" }] }),
  });

/** Milliseconds to the last byte of a reply. */
const timeUnary = async (url: string): Promise<number> => {
  const startedAt = performance.now();
  const response = await post(url, false);
  await response.arrayBuffer();
  expect(response.status).toBe(200);
  return performance.now() - startedAt;
};

/** Milliseconds to the first byte of a stream; the rest is read but not timed. */
const timeFirstByte = async (url: string): Promise<number> => {
  const startedAt = performance.now();
  const response = await post(url, true);
  const reader = response.body!.getReader();
  const first = await reader.read();
  const took = performance.now() - startedAt;
  expect(first.done).toBe(false);
  while (!(await reader.read()).done);
  return took;
};

interface Samples {
  readonly direct: number[];
  readonly proxied: number[];
}

/** Takes samples of both sides in turn, `width` requests at a time; who goes first alternates. */
const sample = async (measure: (url: string) => Promise<number>, width: number): Promise<Samples> => {
  const samples: Samples = { direct: [], proxied: [] };
  const batch = async (url: string, into: number[]): Promise<void> => {
    into.push(...(await Promise.all(Array.from({ length: width }, () => measure(url)))));
  };
  for (let index = 0; samples.direct.length < requestsPerSide; index += 1) {
    const sides = [() => batch(upstream.url, samples.direct), () => batch(proxy.url, samples.proxied)];
    if (index % 2 === 1) sides.reverse();
    for (const side of sides) await side();
  }
  return samples;
};

const quantile = (values: readonly number[], portion: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * portion) - 1)]!;
};

const ms = (value: number): string => value.toFixed(2).padStart(8);

interface Round {
  /** What the proxy adds to the P99, in milliseconds. */
  readonly added: number;
  /** The direct requests were as slow: the round tells of the machine, not of the proxy. */
  readonly isSpoiled: boolean;
}

const report = (name: string, { direct, proxied }: Samples): Round => {
  const added = (portion: number): number => quantile(proxied, portion) - quantile(direct, portion);
  const row = (label: string, portion: number): string =>
    `${label}${ms(quantile(direct, portion))}${ms(quantile(proxied, portion))}${ms(added(portion))}`;
  console.log(`${name.padEnd(34)} ${row("P50", 0.5)}   ${row("P99", 0.99)}`);
  return { added: added(0.99), isSpoiled: quantile(direct, 0.99) > 2 * quantile(direct, 0.5) };
};

const scenarios = [
  { name: "unary, one at a time", measure: timeUnary, width: 1 },
  { name: "unary, 20 at a time", measure: timeUnary, width: 20 },
  { name: "first byte of a stream, one", measure: timeFirstByte, width: 1 },
  { name: "first byte of a stream, 20", measure: timeFirstByte, width: 20 },
];

test(`qlite adds at most ${limitMs} ms to the P99 of a request`, async () => {
  for (const { measure } of scenarios) await sample(measure, 20);
  console.log(`\nmilliseconds${" ".repeat(25)}direct proxied   added       direct proxied   added`);
  for (const { name, measure, width } of scenarios) {
    let best = Infinity;
    let counted = 0;
    // A noisy neighbour spoils a round, as the direct requests show; what spoils three others in a row is us.
    for (let round = 0; round < mostRounds && counted < rounds && best > limitMs; round += 1) {
      const { added, isSpoiled } = report(name, await sample(measure, width));
      best = Math.min(best, added);
      if (!isSpoiled) counted += 1;
    }
    expect(best, name).toBeLessThanOrEqual(limitMs);
  }
}, 120_000);
