// The real worker, but for a text that kills it and one that it never gets done with.
import "../../../src/tokens/worker.ts";

declare const self: Worker;

self.addEventListener("message", ({ data }: MessageEvent<{ readonly text?: string }>) => {
  if (data.text === "poison") throw new Error("the worker dies");
  while (data.text === "maze");
});
