import { countFixtures, startMock, type MockPlan, type RunningMock } from "../mock-server.ts";
import { toSummary } from "../mock/report/summary.ts";
import { exitCodeOf } from "../mock/journal/verdict.ts";
import { isLoopback } from "../wire/loopback.ts";
import { curlFor } from "./describe.ts";
import { CommandError, type ExitCode } from "./exit.ts";
import { planMock, type MockFlags } from "./mock-flags.ts";
import { reloadOnHangUp } from "./reload-on-hang-up.ts";
import { say } from "./say.ts";
import { untilSignal } from "./signals.ts";
import { toStartError } from "./start-error.ts";

export interface ServeMockFlags extends MockFlags {
  readonly host: string;
  readonly port: number;
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly withParent?: boolean;
  /** Milliseconds. */
  readonly latency?: number;
  readonly chunks?: number;
  readonly responseTokens?: number;
  /** Absent for streams that end well. */
  readonly errorAfter?: number;
}

const fixed = (ms: number) => ({ kind: "fixed", ms }) as const;

/** The plan with the flags that only a mock on a port of its own has. */
const withShape = (plan: MockPlan, { latency, chunks, responseTokens }: ServeMockFlags): MockPlan => {
  const { settings } = plan;
  const shape = {
    ...settings.shape,
    ...(chunks !== undefined && { chunk: { by: "pieces", size: chunks } as const }),
    ...(latency !== undefined && { ttft: fixed(latency), gap: fixed(latency) }),
  };
  return { ...plan, settings: { ...settings, shape, responseTokens: responseTokens ?? settings.responseTokens } };
};

/** A mock that may ask providers asks for whoever reaches it, with the keys of this machine. */
const checkHost = ({ settings, isCi, allowRecord }: MockPlan, host: string): void => {
  const records = settings.cassettes !== null && settings.mode !== "replay";
  const isLive = settings.fallback === "live" && !isCi;
  if (allowRecord || !(records || isLive) || host === "localhost" || isLoopback(host)) return;
  const instead = isLive ? "--fallback fail" : "--mode replay";
  throw new CommandError(
    `--host ${host}: whoever reaches it would ask providers with your keys; write ${instead}, or --allow-record if that is meant`,
  );
};

const start = async (flags: ServeMockFlags, files: readonly string[]): Promise<RunningMock> => {
  const plan = withShape(await planMock(flags, files), flags);
  checkHost(plan, flags.host);
  const { host: hostname, port, watch = false, errorAfter = null } = flags;
  try {
    return await startMock(plan, { hostname, port, watch, errorAfter, onReload: (text) => void say(text) });
  } catch (thrown) {
    throw toStartError(thrown);
  }
};

/** Resolves when whoever started this program has gone, told by the end of stdin. */
const untilStdinEnds = async (): Promise<"stdin"> => {
  for await (const _ of Bun.stdin.stream()) continue;
  return "stdin";
};

const introduce = ({ url, fixtureCount, settings }: RunningMock): string => {
  const from =
    fixtureCount() === 0 && settings.cassettes === null
      ? "It answers every model by itself; any key will do."
      : `${countFixtures(fixtureCount())}${settings.cassettes === null ? "" : `, cassettes in ${settings.cassettes} (${settings.mode})`}.`;
  return `qlite mock listens on ${url} and speaks OpenAI, Anthropic and Gemini. ${from}

Try it:
${curlFor(url, "gpt-5.4-mini")}
`;
};

/** Runs the mock until a signal ends it; answers 3 when a request was answered by nothing. */
export const mock = async (flags: ServeMockFlags, files: readonly string[]): Promise<ExitCode> => {
  const asked = untilSignal();
  const running = await start(flags, files);
  reloadOnHangUp(running);
  if (flags.json === true) {
    await Bun.write(Bun.stdout, `${JSON.stringify({ url: running.url, port: running.port })}\n`);
  } else {
    await say(introduce(running));
  }
  await (flags.withParent === true ? Promise.race([asked, untilStdinEnds()]) : asked);
  const verdict = await running.finish();
  await running.close();
  const strictness = {
    failsUnused: flags.strict === true,
    failsStale: flags.strict === true || running.settings.expire.action === "error",
  };
  const code = exitCodeOf(verdict, strictness);
  if (flags.json !== true && verdict.requests > 0) await say(toSummary(verdict, strictness));
  return code;
};
