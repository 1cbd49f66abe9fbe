import { afterAll, beforeEach } from "bun:test";
import { providerAt, startGateway } from "./gateway.ts";
import { startRawUpstream, type RawUpstream, type UpstreamScript } from "./raw-upstream.ts";
import { replying } from "./upstream-scripts.ts";

let kept: AsyncDisposableStack | null = null;

/**
 * Keeps something for all tests of a file; what is shared last is ended first, after the last test.
 *
 * To be called while the file loads, not within a test.
 */
export const share = <T extends AsyncDisposable | Disposable>(thing: T): T => {
  if (kept === null) {
    kept = new AsyncDisposableStack();
    // Bun runs these in the order of their registration; a gateway has to end before its upstream.
    afterAll(async () => {
      const ending = kept;
      kept = null;
      await ending?.disposeAsync();
    });
  }
  return kept.use(thing);
};

/**
 * Starts an upstream for all tests of a file.
 *
 * Before each test it forgets its requests and answers as `script` says, so that no test sees what one before it did.
 */
export const shareUpstream = async (script: UpstreamScript = () => {}): Promise<RawUpstream> => {
  const upstream = share(await startRawUpstream(script));
  beforeEach(() => {
    upstream.forget();
    upstream.answer(script);
  });
  return upstream;
};

/** Starts a gateway, for all tests of a file, whose first provider is switched off and whose others are `upstream` and `second`. */
export const shareTwoProviders = async () => {
  const upstream = await shareUpstream(replying());
  const second = await shareUpstream(replying("second", {}));
  const gateway = share(
    startGateway({
      providers: [
        providerAt("http://127.0.0.1:1", { name: "dark", api_key: "" }),
        providerAt(upstream.url, { name: "first" }),
        providerAt(second.url, { name: "second", api_key: "sk-second-secret", models: ["second-*"] }),
      ],
    }),
  );
  return { upstream, second, gateway };
};
