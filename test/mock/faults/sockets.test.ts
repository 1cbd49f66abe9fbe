import { expect, test } from "bun:test";
import { connect, createServer } from "node:net";
import { toHost } from "../../../src/mock/faults/addresses.ts";
import { halfClose } from "../../../src/mock/faults/half-close.ts";
import { isRead } from "../../../src/mock/faults/queues.ts";
import { connectRaw } from "../../support/raw-client.ts";
import { until } from "../../support/until.ts";

test("an address has one text, whatever it was written as", () => {
  for (const [written, wanted] of [
    ["127.0.0.1", "127.0.0.1"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
    ["::ffff:7f00:1", "127.0.0.1"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["fe80::1:2%eth0", "fe80:0:0:0:0:0:1:2"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:1"],
    ["::", "0:0:0:0:0:0:0:0"],
    [Uint8Array.of(10, 0, 0, 1), "10.0.0.1"],
    [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1), "10.0.0.1"],
    [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), "0:0:0:0:0:0:0:1"],
  ] as const)
    expect(toHost(written)).toBe(wanted);
});

/** Both ends of a connection in this process, as a gateway's own upstream has them. */
const pair = async (hostname: string) => {
  const accepted = Promise.withResolvers<ReturnType<typeof connect>>();
  const server = createServer({ allowHalfOpen: true }, (socket) => accepted.resolve(socket));
  await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = connect({ host: hostname, port, allowHalfOpen: true });
  const connected = new Promise<void>((resolve) => client.once("connect", resolve));
  const far = await accepted.promise;
  await connected;
  let isEnded = false;
  client.on("end", () => {
    isEnded = true;
  });
  client.resume();
  const peer = { address: client.localAddress ?? "", port: client.localPort ?? 0 };
  return {
    port,
    peer,
    client,
    isEnded: () => isEnded,
    [Symbol.dispose]: () => {
      client.destroy();
      far.destroy();
      server.close();
    },
  };
};

for (const hostname of ["127.0.0.1", "::1"]) {
  test(`the server's end of a socket at ${hostname} is shut down, and no other is`, async () => {
    using sockets = await pair(hostname);
    const { peer, port } = sockets;
    expect(halfClose({ peer: null, port })).toBe(false);
    expect(halfClose({ peer: { ...peer, port: peer.port + 1 }, port })).toBe(false);
    expect(halfClose({ peer: { ...peer, address: "10.9.8.7" }, port })).toBe(false);
    expect(halfClose({ peer, port: port + 1 })).toBe(false);
    // The client's own end, in this process too, has the ports the other way round.
    await Bun.sleep(5);
    expect(sockets.isEnded()).toBe(false);
    expect(halfClose({ peer, port })).toBe(true);
    await until(sockets.isEnded);
  });
}

test("a server that listens on both kinds of addresses finds its client", async () => {
  using server = Bun.serve({
    port: 0,
    development: false,
    fetch: async (request, bun) => {
      expect(halfClose({ peer: bun.requestIP(request), port: bun.port ?? 0 })).toBe(true);
      return new Promise<Response>((_, reject) =>
        request.signal.addEventListener("abort", () => reject(new Error("gone"))),
      );
    },
    error: () => new Response("gone"),
  });
  for (const host of ["127.0.0.1", "[::1]"]) {
    using client = await connectRaw(`http://${host === "[::1]" ? "localhost" : host}:${server.port}`);
    await client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(await client.closed).toBe("end");
  }
});

test.skipIf(process.platform !== "linux")("what a client has not read is known, and that it has", async () => {
  using sockets = await pair("127.0.0.1");
  const { peer, port } = sockets;
  expect(await isRead({ peer: null, port })).toBeNull();
  expect(await isRead({ peer, port: 1 })).toBeNull();
  expect(await Promise.all([1, 2, 3].map(() => isRead({ peer, port })))).toEqual([true, true, true]);
});
