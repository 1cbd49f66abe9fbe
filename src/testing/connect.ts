import { createAsker } from "./ask.ts";
import type { Backend } from "./backend.ts";
import type { Mock } from "./library.ts";
import { createMock } from "./mock.ts";
import { createRemoteBackend } from "./remote.ts";

/** The address of a mock that runs already, without a slash at its end. @throws {Error} where none is named */
export const toBase = (url: string | undefined, env: Readonly<Record<string, string | undefined>>): string => {
  const base = (url ?? env["QLITE_MOCK_URL"] ?? "").replace(/\/+$/, "");
  if (base !== "") return base;
  throw new Error(
    "there is no mock to connect to: QLITE_MOCK_URL is not set; run the tests by qlite exec, or give { url }",
  );
};

const nothing = async (): Promise<void> => undefined;

/** A mock that somebody else stops, and judges. */
export const connected = (backend: Backend, url: string, stop: () => Promise<void>): Mock =>
  createMock({ backend, url, failUnused: false, isOwn: false, settle: nothing, stop, failed: () => undefined });

/** Speaks to the mock at an address. @throws {Error} where none is */
export const connect = async (url: string): Promise<Mock> => {
  const asker = createAsker();
  const backend = createRemoteBackend(asker, url);
  try {
    backend.verdict(null);
    return connected(backend, url, asker.close);
  } catch (thrown) {
    await asker.close();
    throw thrown;
  }
};
