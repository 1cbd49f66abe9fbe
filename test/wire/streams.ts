/** A source whose every step is counted, as an upstream's body would be read. */
export interface CountedSource {
  readonly stream: ReadableStream<Uint8Array>;
  readonly seen: { pulls: number; cancelled: unknown[] };
}

/**
 * A stream that gives its chunks one a pull, holds nothing ahead, and then ends, breaks with an error, or stays silent.
 */
export const createSource = (chunks: readonly Uint8Array[], last: "end" | "silence" | Error = "end"): CountedSource => {
  const seen: CountedSource["seen"] = { pulls: 0, cancelled: [] };
  const silence = new Promise<void>(() => {});
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[seen.pulls];
        seen.pulls += 1;
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (last === "end") controller.close();
        else if (last === "silence") return silence;
        else controller.error(last);
        return undefined;
      },
      cancel: (reason) => {
        seen.cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
};

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Lets everything that is ready to happen happen. */
export const settle = (): Promise<void> => Bun.sleep(5);

/** Reads a stream to its end, chunk by chunk, and what it broke with. */
export const drain = async (stream: ReadableStream<Uint8Array>) => {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return { chunks, broke: null };
  } catch (thrown) {
    return { chunks, broke: thrown };
  }
};
