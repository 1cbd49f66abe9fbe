import { startMockServer } from "../app.ts";
import { curlFor } from "./describe.ts";
import { toListenError } from "./listen-error.ts";
import type { ExitCode } from "./exit.ts";
import { say } from "./say.ts";
import { untilSignal } from "./signals.ts";

export interface MockFlags {
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly latency: number;
  readonly chunks: number;
  readonly responseTokens: number;
  /** Absent for streams that end well. */
  readonly errorAfter?: number;
}

const start = ({ host, port, latency, chunks, responseTokens, errorAfter }: MockFlags) => {
  try {
    const failing = errorAfter === undefined ? {} : { errorAfter };
    return startMockServer({ hostname: host, port, latencyMs: latency, chunks, responseTokens, ...failing });
  } catch (thrown) {
    throw toListenError(thrown);
  }
};

/** Runs the mock upstream until a signal ends it. */
export const mock = async (flags: MockFlags): Promise<ExitCode> => {
  const asked = untilSignal();
  const server = start(flags);
  await say(`qlite mock listens on ${server.url} and speaks OpenAI, Anthropic and Gemini; any key and any model will do.

Try it:
${curlFor(server.url, "gpt-5.4-mini")}
`);
  await asked;
  await server.close();
  return 0;
};
