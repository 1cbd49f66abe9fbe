// `qlite/testing` under Node: the mock is the executable, a child of the test process. `write-node.ts` makes node.js of it.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAsker } from "./ask.ts";
import { setEnv } from "./client-env.ts";
import { connect, toBase } from "./connect.ts";
import { findCommand, startChild } from "./executable.ts";
import type { Mock, StartOptions } from "./library.ts";
import { createMock } from "./mock.ts";
import { toArguments } from "./options.ts";
import { createRemoteBackend } from "./remote.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** vitest 4 prints what its global teardown throws, and ends well all the same. */
const failRun = (): void => {
  if (process.versions["bun"] === undefined && (process.exitCode ?? 0) === 0) process.exitCode = 3;
};

export const startMock = async (options: StartOptions = {}): Promise<Mock> => {
  const child = await startChild(findCommand(process.env, root), toArguments(options), process.env, root);
  const asker = createAsker();
  const restore = options.env === true ? setEnv(process.env, child.url) : () => undefined;
  return createMock({
    backend: createRemoteBackend(asker, child.url),
    url: child.url,
    failUnused: options.failUnused ?? false,
    isOwn: true,
    settle: async () => undefined,
    failed: failRun,
    stop: async () => {
      restore();
      await asker.close();
      const code = await child.end();
      if (code === 5)
        throw new Error("a recording was refused: there is a secret in it, or its file cannot be written");
    },
  });
};

export const connectMock = async ({ url }: { readonly url?: string } = {}): Promise<Mock> =>
  connect(toBase(url, process.env));
