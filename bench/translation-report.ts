import { noisyBlocks, show, table } from "./report.ts";
import { median } from "./stats.ts";
import type { TranslationSample } from "./translation-load.ts";
import { untouched, type Pair } from "./translation-pairs.ts";
import type { Blocks } from "./unary.ts";

/** What translation may cost for each event, in microseconds of CPU over the untouched path. */
const goalUs = 15;

const isTouched = ({ client, upstream }: Pair): boolean => client !== upstream;

type Pick = (sample: TranslationSample) => number;

/**
 * The tables in Markdown. *Added* and *ratio* are against the untouched path of the pair's upstream in the same block,
 * because the same bytes come in there; the last line says whether the goal is met.
 */
export const toTranslationTables = (result: Blocks<TranslationSample>, pairs: readonly Pair[]): string => {
  const { samples } = result;
  const of = (name: string, pick: Pick): readonly number[] => samples.filter((it) => it.variant === name).map(pick);
  const against = (pair: Pair, pick: Pick, combine: (own: number, base: number) => number): readonly number[] => {
    const base = untouched.find(({ upstream }) => upstream === pair.upstream)?.name ?? "";
    return samples
      .filter((it) => it.variant === pair.name)
      .map((it) => {
        const other = samples.find((peer) => peer.variant === base && peer.block === it.block);
        return other === undefined ? Number.NaN : combine(pick(it), pick(other));
      });
  };
  const added = (pair: Pair, pick: Pick): readonly number[] => against(pair, pick, (own, base) => own - base);
  const ratio = (pair: Pair, pick: Pick): readonly number[] => against(pair, pick, (own, base) => own / base);
  const orDash = (pair: Pair, text: () => string): string => (isTouched(pair) ? text() : "–");

  const [small, large]: readonly [Pick, Pick] = [(it) => it.smallUs, (it) => it.largeUs];
  const [paced, burst]: readonly [Pick, Pick] = [(it) => it.pacedUs, (it) => it.burstUs];
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
    show(
      of(pair.name, (it) => it.eventsPerChunk),
      2,
    ),
    show(of(pair.name, burst), 1),
    orDash(pair, () => show(added(pair, burst), 1)),
  ]);

  const translations = pairs.filter(isTouched);
  const missed = translations.flatMap((pair) =>
    [paced, burst].some((pick) => median(added(pair, pick)) > goalUs) ? pair.name : [],
  );
  const most = Math.max(...translations.flatMap((pair) => [paced, burst].map((pick) => median(added(pair, pick)))));
  const verdict = missed.length === 0 ? "met by every translation" : `missed by ${missed.length}: ${missed.join("; ")}`;
  return [
    table(["CPU us/request", "small", "added", "ratio", "200 KB, 300 messages", "added", "ratio", "failed"], requests),
    table(["CPU us/event", "one each 4 ms", "added", "ratio", "events/chunk", "all at once", "added"], events),
    `Goal: at most ${goalUs} us of CPU for each event over the untouched path: ${verdict} (the most is ${most.toFixed(1)} us).`,
    noisyBlocks(result, () => 0),
  ].join("\n\n");
};
