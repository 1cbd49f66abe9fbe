import type { Tapped } from "./tap.ts";

/** Makes a stream of a tapped body. */
export type Outlet = (tapped: Tapped) => ReadableStream<Uint8Array>;

/** For a reader in this process: gives a chunk for each read, and holds none. */
export const toReader: Outlet = ({ wait, take, broken, leave }) =>
  new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        let bytes: Uint8Array | null;
        do bytes = await wait().then(take, broken);
        while (bytes?.length === 0);
        if (bytes === null) controller.close();
        else controller.enqueue(bytes);
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );

/**
 * For the body of a reply of `Bun.serve`, which takes it whole: what is written goes to the socket, and waits while that is
 * full.
 *
 * Between two sockets it costs about 4 us a chunk over handing on the upstream's stream itself, 2 us less than `toReader`
 * (`bench/README.md`). Not for a reader of ours: in Bun 1.4.5 a stream of this kind that breaks while nobody reads ends the
 * process.
 */
export const toSocket: Outlet = ({ wait, take, broken, leave }) => {
  const direct: Bun.DirectUnderlyingSource<Uint8Array> = {
    type: "direct",
    pull: async (sink) => {
      for (;;) {
        let bytes: Uint8Array | null;
        try {
          bytes = take(await wait());
        } catch (reason) {
          bytes = await broken(reason);
        }
        if (bytes === null) break;
        if (bytes.length === 0) continue;
        const written = sink.write(bytes);
        if (typeof written !== "number") await written;
      }
      sink.close();
    },
    cancel: leave,
  };
  // The DOM's types know no stream of this kind, and Bun's, which do, give way to them.
  const stream: ReadableStream<Uint8Array> = Reflect.construct(ReadableStream, [direct]);
  return stream;
};
