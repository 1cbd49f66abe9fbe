// What the last run asked for and did not find, so that `qlite cassette accept` can act on it without a network.
import { join } from "node:path";
import * as z from "zod/mini";
import { endpointNames } from "../../mock/asked.ts";
import { readText, writeWhole } from "./files.ts";
import { toStamp, type Prints, type RecordedRequest } from "./interaction.ts";
import type { Secrets } from "../record/secrets.ts";

export const lastRunFile = ".qlite-last-run.json";

const mostMisses = 200;
const mostRequestChars = 1_000_000;

/** A request for which there was no recording. */
export interface Missed {
  readonly cassette: string;
  readonly key: string;
  readonly prints: Prints;
  readonly request: RecordedRequest;
  /** Ids of the recordings most like it, the nearest first. */
  readonly nearest: readonly string[];
}

export interface LastRun {
  readonly misses: readonly Missed[];
  /** Ids of the recordings nobody asked for. */
  readonly unused: readonly string[];
}

const schema = z.object({
  qlite_last_run: z.literal(1),
  misses: z.array(
    z.object({
      cassette: z.string(),
      key: z.string(),
      prints: z.object({ system: z.nullable(z.string()), tools: z.nullable(z.string()), body: z.string() }),
      request: z.object({
        method: z.string(),
        path: z.string(),
        query: z.string(),
        headers: z.record(z.string(), z.string()),
        endpoint: z.enum(endpointNames),
        body: z.record(z.string(), z.unknown()),
      }),
      nearest: z.array(z.string()),
    }),
  ),
  unused: z.array(z.string()),
});

/** Reads what the last run left; null where there was none, or it is of another version. */
export const readLastRun = async (folder: string): Promise<LastRun | null> => {
  const text = await readText(join(folder, lastRunFile));
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text), { jitless: true });
  } catch {
    return null;
  }
};

/** Writes it, without a request that holds a secret or is too long; the first 200 misses are kept. */
export const writeLastRun = async (
  folder: string,
  { misses, unused }: LastRun,
  secrets: Secrets,
  nowMs: number,
): Promise<void> => {
  const kept = misses.slice(0, mostMisses).filter((missed) => {
    const text = JSON.stringify(missed);
    return text.length <= mostRequestChars && secrets.find(text) === null;
  });
  const run = { qlite_last_run: 1, at: toStamp(nowMs), misses: kept, unused };
  await writeWhole(join(folder, lastRunFile), `${JSON.stringify(run, null, 1)}\n`);
};
