// The real worker, but for one text that kills it.
import "../../../src/tokens/worker.ts";

declare const self: Worker;

self.addEventListener("message", ({ data }: MessageEvent<{ readonly text?: string }>) => {
  if (data.text === "poison") throw new Error("the worker dies");
});
