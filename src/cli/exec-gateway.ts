import { startApp } from "../app.ts";
import { createLog } from "../log.ts";
import type { RunningMock } from "../mock-server.ts";
import { UsageError } from "./exit.ts";
import { findConfig } from "./find-config.ts";
import { outsideCi, planMock, type MockFlags } from "./mock-flags.ts";
import { openMockUpstreams } from "./mock-upstreams.ts";
import { toListenError } from "./listen-error.ts";

// Its lines would stand among those of the command; the journal tells what a test wants to know.
const silent = createLog({ level: "off", format: "json", sink: (_, taken) => taken(), now: Date.now });

/**
 * Starts the gateway of a config on a free port, with mocks in the place of its providers.
 *
 * @throws {CommandError} with every fault of config and fixtures
 * @throws {UsageError} for a mode that would ask a provider
 */
export const startGateway = async (
  flags: MockFlags,
  files: readonly string[],
): Promise<Pick<RunningMock, "url" | "settings" | "fixtureCount" | "finish" | "close">> => {
  const found = await findConfig(flags.config, true, outsideCi());
  const { server, admin } = found.config;
  const config = {
    ...found.config,
    server: { ...server, host: "127.0.0.1", port: 0 },
    admin: { ...admin, listen: null },
  };
  if (flags.mode !== undefined && flags.mode !== "replay") {
    throw new UsageError(`--mode ${flags.mode}: would ask a provider, and behind --gateway nobody is asked`);
  }
  const { settings } = await planMock(flags, files, config);
  const mock = await openMockUpstreams(config, settings);
  try {
    const app = startApp(mock.config, { log: silent, ...mock.parts });
    return {
      url: app.url,
      settings: mock.settings,
      fixtureCount: mock.fixtureCount,
      finish: mock.finish,
      close: async () => {
        await app.close();
        await mock.close();
      },
    };
  } catch (thrown) {
    await mock.close();
    throw toListenError(thrown);
  }
};
