import type { Transport } from "./send.ts";

const portOf = (url: URL): number => Number(url.port || (url.protocol === "https:" ? 443 : 80));

const canConnect = async (hostname: string, port: number, timeoutMs: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const connecting = Bun.connect({
    hostname,
    port,
    socket: {
      open: (socket) => {
        resolve(true);
        socket.end();
      },
      data: () => {},
      connectError: () => resolve(false),
    },
  });
  connecting.catch(() => resolve(false));
  const reachable = await promise;
  clearTimeout(timer);
  if (!reachable) void connecting.then((socket) => socket.end()).catch(() => {});
  return reachable;
};

/** Reaches a provider over the network with `fetch`; behind a forward proxy a probe of the provider itself says nothing. */
export const networkTransport = (baseUrl: string, behindForwardProxy: boolean): Transport => {
  const url = new URL(baseUrl);
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  return {
    send: fetch,
    probe: behindForwardProxy ? null : (timeoutMs) => canConnect(hostname, portOf(url), timeoutMs),
  };
};

/** Reaches an upstream inside this process, such as the mock. */
export const innerTransport = (fetch: (request: Request) => Response | Promise<Response>): Transport => ({
  send: async (url, init) => fetch(new Request(url, init)),
  probe: null,
});
