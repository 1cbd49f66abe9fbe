import { startMock } from "qlite/testing";

/** Starts one mock for all test files, which find it by the environment; stopping it fails the run for every miss. */
export const setup = async () => {
  const mock = await startMock({ fixtures: "./mock", env: true });
  return () => mock.close();
};
