import { afterAll } from "bun:test";
import { startMock } from "qlite/testing";

/** One mock for all test files; clients that are told nothing find it by OPENAI_BASE_URL. */
export const mock = await startMock({ fixtures: "./mock", env: true });

// A request that no fixture answered fails the run here, also when the code under test swallowed the error.
afterAll(() => mock.close());
