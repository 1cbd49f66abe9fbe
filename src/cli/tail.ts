import { isatty } from "node:tty";
import { CommandError, type ExitCode } from "./exit.ts";
import { say } from "./say.ts";
import { untilSignal } from "./signals.ts";
import { followGateway, toGateway, type Followed, type Gateway } from "./tail-connect.ts";
import { parseFilter } from "./tail-filter.ts";
import { toLine, toTitles } from "./tail-line.ts";
import { numberOf, parseRow, type Row } from "./tail-row.ts";
import { paintAnsi, paintNothing, toHarmless } from "./tail-text.ts";
import { wantsColour } from "./wants-colour.ts";

export interface TailFlags {
  readonly url: string;
  /** Absent for what `QLITE_ADMIN_KEY` holds. */
  readonly key?: string;
  readonly json?: boolean;
  /** Conditions with commas between. */
  readonly filter?: string;
}

/** A gateway gives a sign of life every 5 s. */
const silenceMs = 20_000;
const firstRetryMs = 250;
const longestRetryMs = 2000;

/** null where lines need not end at an edge. */
const widthOf = (isTerminal: boolean): number | null =>
  isTerminal ? Math.max(20, (process.stdout.getWindowSize()[0] || 100) - 1) : null;

/** Writes to stdout and waits until it is taken, so that a slow terminal slows the gateway's stream and not our memory. */
const createPrinter = (over: AbortController) => {
  const writer = Bun.stdout.writer();
  let isWaiting = false;
  return {
    /** Whether something is not taken yet. */
    isWaiting: (): boolean => isWaiting,
    print: async (text: string): Promise<void> => {
      isWaiting = true;
      try {
        void writer.write(`${text}\n`);
        await writer.flush();
      } catch {
        // Nobody reads any more, as with `| head`: that is an end like another.
        over.abort();
      }
      isWaiting = false;
    },
  };
};

/** Resolves when the signal fires, or after so many milliseconds. */
const pause = (signal: AbortSignal, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const wake = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) wake();
    else signal.addEventListener("abort", wake, { once: true });
  });

const notThere = ({ url }: Gateway, why: string): CommandError =>
  new CommandError(
    why === "ECONNREFUSED" || why === "ConnectionRefused"
      ? `Nothing listens on ${url}; start it with \`qlite serve\`, or name another address with --url`
      : `${url} cannot be followed: ${toHarmless(why)}`,
  );

/**
 * Shows the exchanges of a running gateway as they end, a line each, until a signal ends it.
 *
 * A gateway that goes away is waited for; one that is not there at first, or refuses, is an error.
 *
 * @throws {CommandError}
 */
export const tail = async (flags: TailFlags): Promise<ExitCode> => {
  const gateway = toGateway(flags.url, flags.key ?? process.env["QLITE_ADMIN_KEY"]);
  const isShown = parseFilter(flags.filter);
  const isTerminal = isatty(1);
  const paint = wantsColour(isTerminal) ? paintAnsi : paintNothing;
  const over = new AbortController();
  const asked = untilSignal().then(() => over.abort());
  const { print, isWaiting } = createPrinter(over);

  const show = (row: Row): string =>
    flags.json === true ? toHarmless(JSON.stringify(row)) : toLine(row, widthOf(isTerminal), paint);
  const line = async (text: string): Promise<void> => {
    const row = parseRow(text);
    if (row === null) return;
    const dropped = numberOf(row, "dropped_lines");
    if (dropped !== null) await say(`${dropped} exchanges are not shown: this reader was too slow`);
    else if (isShown(row)) await print(show(row));
  };

  let wasConnected = false;
  let retryMs = firstRetryMs;
  const connected = async (): Promise<void> => {
    retryMs = firstRetryMs;
    if (wasConnected) {
      await say(`${gateway.url} is back`);
      return;
    }
    wasConnected = true;
    if (isTerminal && flags.json !== true) {
      await say(`Following ${gateway.url}; Ctrl-C ends it`);
      await print(toTitles(widthOf(isTerminal), paint));
    }
  };
  const check = async (followed: Followed): Promise<void> => {
    if (followed.kind === "refused") throw new CommandError(toHarmless(followed.why));
    if (!wasConnected) throw notThere(gateway, followed.why);
    if (followed.kind === "lost") await say(`${gateway.url} is gone (${toHarmless(followed.why)}); waiting for it`);
  };

  for (;;) {
    const ended = followGateway(gateway, { silenceMs, signal: over.signal, connected, line });
    const followed = await Promise.race([ended, asked.then(() => null)]);
    // What a stalled stdout does not take would keep this process alive.
    if (followed === null && isWaiting()) process.exit(0);
    if (followed === null || over.signal.aborted) return 0;
    await check(followed);
    await pause(over.signal, retryMs);
    if (over.signal.aborted) return 0;
    retryMs = Math.min(longestRetryMs, retryMs * 2);
  }
};
