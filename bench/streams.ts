import { nowUs } from "./clock.ts";
import { connect, toRequest, type Connection } from "./connection.ts";

/** The body of a streaming request for the benchmark's upstream, with the plan it is to follow. */
export const streamRequest = (plan: Readonly<Record<string, unknown>>): Uint8Array =>
  toRequest(
    JSON.stringify({
      model: "bench",
      messages: [{ role: "user", content: "Say something about a fox and a dog." }],
      stream: true,
      bench: plan,
    }),
  );

const STAMP_MARK = Buffer.from('"content":"');
const STAMP_DIGITS = 16;

const stampsOf = (bytes: Uint8Array): readonly number[] => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stamps: number[] = [];
  for (let at = text.indexOf(STAMP_MARK); at >= 0; at = text.indexOf(STAMP_MARK, at + 1)) {
    const from = at + STAMP_MARK.length;
    stamps.push(Number(text.toString("latin1", from, from + STAMP_DIGITS)));
  }
  return stamps;
};

export type StreamWindow = {
  readonly chunks: number;
  readonly delaysUs: readonly number[];
  /** Pauses between two events of a stream that were more than 5 ms longer than the pause at the source. */
  readonly gaps: number;
  /** Events for each piece of body that arrived; 1 means nothing was held back and lumped together. */
  readonly eventsPerRead: number;
};

export type OpenStreams = {
  /** Starts counting afresh. */
  readonly reset: () => void;
  readonly read: () => StreamWindow;
  readonly broken: () => number;
  readonly close: () => void;
};

const GAP_US = 5000;

/** Opens `count` endless streams with one event every `gapMs`, spread over one gap, and watches the events come in. */
export const openStreams = async (port: number, count: number, gapMs: number): Promise<OpenStreams> => {
  let delaysUs: number[] = [];
  let gaps = 0;
  let reads = 0;
  let broken = 0;
  const connections: Connection[] = [];
  const request = streamRequest({ mode: "endless", gapMs });
  const follow = (connection: Connection) => {
    let lastStamp = 0;
    let lastSeen = 0;
    const onBody = (bytes: Uint8Array) => {
      const seen = nowUs();
      reads++;
      for (const stamp of stampsOf(bytes)) {
        delaysUs.push(seen - stamp);
        if (lastSeen > 0 && seen - lastSeen - (stamp - lastStamp) > GAP_US) gaps++;
        lastSeen = seen;
        lastStamp = stamp;
      }
    };
    connection.send(request, onBody).then(
      () => broken++,
      () => broken++,
    );
  };
  const pause = Math.max(gapMs / count, 0.5);
  for (let i = 0; i < count; i++) {
    const connection = await connect(port);
    connections.push(connection);
    follow(connection);
    if (i % Math.ceil(1 / pause) === 0) await Bun.sleep(pause);
  }
  return {
    reset: () => {
      delaysUs = [];
      gaps = 0;
      reads = 0;
    },
    read: () => ({ chunks: delaysUs.length, delaysUs, gaps, eventsPerRead: delaysUs.length / Math.max(1, reads) }),
    broken: () => broken,
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
};

/** Time to the first byte of the body and to its end, in microseconds, of streams of three events sent in one burst. */
export const shortStreams = async (port: number, seconds: number) => {
  const connection = await connect(port);
  const request = streamRequest({ chunks: 3 });
  const firstUs: number[] = [];
  const totalUs: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    let first = 0;
    await connection.send(request, () => {
      if (first === 0) first = performance.now();
    });
    firstUs.push((first - start) * 1000);
    totalUs.push((performance.now() - start) * 1000);
  }
  connection.close();
  return { firstUs, totalUs };
};
