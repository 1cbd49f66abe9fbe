// What a person may want to know next, behind the summary of a run.
import { existsSync } from "node:fs";
import type { Verdict } from "../mock/journal/verdict.ts";
import type { MockSettings } from "../mock/settings.ts";
import { usualCassettes, type MockFlags } from "./mock-flags.ts";

const hourMs = 3_600_000;

const toAge = (ms: number): string => {
  const hours = Math.ceil(ms / hourMs);
  return hours % 24 === 0 ? `${hours / 24}d` : `${hours}h`;
};

/** How a run was meant, and what it came to. */
export interface Ran {
  readonly flags: MockFlags;
  readonly settings: MockSettings;
  readonly fixtureCount: number;
  readonly verdict: Verdict;
}

const onMadeUp = ({ settings: { cassettes, fixtures }, fixtureCount }: Ran): readonly string[] => [
  ...(cassettes === null && existsSync(usualCassettes)
    ? [`there are recordings in ${usualCassettes}; --cassettes ${usualCassettes} replays them`]
    : []),
  ...(fixtureCount === 0 && fixtures.length > 0
    ? [`${fixtures.join(", ")} holds no fixtures (.yaml, .yml or .json), so every answer was made up`]
    : []),
];

const onMisses = ({ flags: { mode, allowRecord }, settings }: Ran): readonly string[] => {
  if (settings.cassettes === null) return [];
  const isThere = existsSync(settings.cassettes);
  const isForced = mode !== undefined && mode !== settings.mode && allowRecord !== true;
  return [
    ...(isThere ? [] : [`there is no folder ${settings.cassettes}, where recordings would be`]),
    ...(isForced ? [`CI is set, so that --mode ${mode} was replay; --allow-record lets it record there too`] : []),
    "qlite record makes the recordings that are missing; qlite cassette accept takes over an edit",
  ];
};

const onOld = ({ expire }: MockSettings): string =>
  `qlite cassette refresh --older-than ${toAge(expire.afterMs ?? 0)} records what is old anew`;

/** Gives lines of advice, none where a run needs none. */
export const toHints = (ran: Ran): readonly string[] => {
  const { outcomes, stale } = ran.verdict;
  return [
    ...(outcomes.auto > 0 ? onMadeUp(ran) : []),
    ...(outcomes.unmatched > 0 ? onMisses(ran) : []),
    ...(stale.length > 0 ? [onOld(ran.settings)] : []),
  ];
};
