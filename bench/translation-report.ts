import { noisyBlocks, show, table } from "./report.ts";
import { median } from "./stats.ts";
import type { TranslationSample } from "./translation-load.ts";
import type { Pair } from "./translation-pairs.ts";
import type { Blocks } from "./unary.ts";

/** What translation may cost for each event, in microseconds of CPU over the untouched path. */
const goalUs = 15;

const isTouched = ({ client, upstream }: Pair): boolean => client !== upstream;

type Pick = (sample: TranslationSample) => number;

const paced: Pick = (it) => it.pacedUs;
const busy: Pick = (it) => it.busyUs;
const burst: Pick = (it) => it.burstUs;
const all = [paced, busy, burst];

/**
 * The tables in Markdown. *Added* and *ratio* are against the untouched path of the pair's upstream, measured right before
 * or behind, because the same bytes come in there; the last line says whether the goal is met.
 */
export const toTranslationTables = (result: Blocks<TranslationSample>, pairs: readonly Pair[]): string => {
  const { samples } = result;
  const of = (name: string, pick: Pick): readonly number[] => samples.filter((it) => it.variant === name).map(pick);
  const against = (pair: Pair, pick: Pick, combine: (own: number, base: number) => number): readonly number[] =>
    samples
      .filter((it) => it.variant === pair.name)
      .map((it) => (it.beside === null ? Number.NaN : combine(pick(it), pick(it.beside))));
  const added = (pair: Pair, pick: Pick): readonly number[] => against(pair, pick, (own, base) => own - base);
  const ratio = (pair: Pair, pick: Pick): readonly number[] => against(pair, pick, (own, base) => own / base);
  const orDash = (pair: Pair, text: () => string): string => (isTouched(pair) ? text() : "–");

  const [small, large]: readonly [Pick, Pick] = [(it) => it.smallUs, (it) => it.largeUs];
  const requests = pairs.map((pair) => [
    pair.name,
    show(of(pair.name, small), 0),
    orDash(pair, () => show(added(pair, small), 0)),
    orDash(pair, () => show(ratio(pair, small), 2)),
    show(of(pair.name, large), 0),
    orDash(pair, () => show(added(pair, large), 0)),
    orDash(pair, () => show(ratio(pair, large), 2)),
    String(of(pair.name, (it) => it.failed).reduce((sum, failed) => sum + failed, 0)),
  ]);
  const events = pairs.map((pair) => [
    pair.name,
    show(of(pair.name, paced), 1),
    orDash(pair, () => show(added(pair, paced), 1)),
    orDash(pair, () => show(ratio(pair, paced), 2)),
    show(of(pair.name, busy), 1),
    orDash(pair, () => show(added(pair, busy), 1)),
    orDash(pair, () => show(ratio(pair, busy), 2)),
    show(of(pair.name, burst), 1),
    orDash(pair, () => show(added(pair, burst), 1)),
    show(
      of(pair.name, (it) => it.eventsPerChunk),
      2,
    ),
  ]);

  const translations = pairs.filter(isTouched);
  const missed = translations.flatMap((pair) =>
    all.some((pick) => median(added(pair, pick)) > goalUs) ? pair.name : [],
  );
  const most = Math.max(...translations.flatMap((pair) => all.map((pick) => median(added(pair, pick)))));
  const verdict = missed.length === 0 ? "met by every translation" : `missed by ${missed.length}: ${missed.join("; ")}`;
  return [
    table(["CPU us/request", "small", "added", "ratio", "200 KB, 300 messages", "added", "ratio", "failed"], requests),
    table(
      [
        "CPU us/event",
        "5,000 a second",
        "added",
        "ratio",
        "15,000 a second",
        "added",
        "ratio",
        "all at once",
        "added",
        "events/chunk",
      ],
      events,
    ),
    `Goal: at most ${goalUs} us of CPU for each event over the untouched path: ${verdict} (the most is ${most.toFixed(1)} us).`,
    noisyBlocks(result, () => 0),
  ].join("\n\n");
};
