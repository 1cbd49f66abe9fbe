import { ProxyError } from "../../src/errors.ts";

/** The `ProxyError` that a function throws; fails when it throws none or another. */
export const thrownBy = (run: () => unknown): ProxyError => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ProxyError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown, wanted a ProxyError");
};

/** The `ProxyError` that a promise is rejected with; fails when it is not. */
export const rejectedBy = async (promise: Promise<unknown>): Promise<ProxyError> => {
  const settled = await promise.then(
    () => null,
    (thrown: unknown) => ({ thrown }),
  );
  return thrownBy(() => {
    if (settled !== null) throw settled.thrown;
  });
};
