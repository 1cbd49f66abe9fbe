// Requests to another process that are answered before the next line runs: a thread asks, this one waits.
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

const timeoutMs = 15_000;

/** Runs in a thread of its own; plain JavaScript, so that no file has to be found for it. */
const thread = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", async ({ flag, port, url, method, body }) => {
  try {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const reply = await fetch(url, { method, body, headers });
    port.postMessage({ status: reply.status, text: await reply.text() });
  } catch (thrown) {
    port.postMessage({ status: 0, text: String(thrown?.cause ?? thrown) });
  }
  port.close();
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});`;

export interface Told {
  /** 0 when the mock could not be reached. */
  readonly status: number;
  readonly text: string;
}

export interface Asker {
  readonly ask: (method: string, url: string, body?: unknown) => Told;
  readonly close: () => Promise<void>;
}

const isTold = (value: unknown): value is Told =>
  typeof value === "object" && value !== null && "status" in value && "text" in value;

/** Starts the thread; it does not keep the process alive. */
export const createAsker = (): Asker => {
  const worker = new Worker(thread, { eval: true });
  worker.unref();
  return {
    ask: (method, url, body) => {
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const { port1, port2 } = new MessageChannel();
      const text = body === undefined ? undefined : JSON.stringify(body);
      worker.postMessage({ flag, port: port2, url, method, body: text }, [port2]);
      const woken = Atomics.wait(flag, 0, 0, timeoutMs);
      const message: unknown = receiveMessageOnPort(port1)?.message;
      port1.close();
      if (isTold(message)) return message;
      return { status: 0, text: woken === "timed-out" ? `no answer within ${timeoutMs / 1000} seconds` : "no answer" };
    },
    close: async () => void (await worker.terminate()),
  };
};
