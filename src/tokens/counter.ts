import { ProxyError } from "../errors.ts";
import { encodingOf } from "./encoding.ts";
import { estimateTokens, estimateTokensOfBytes } from "./estimate.ts";
import type { Answer, Question, RequestCount, TokenCount } from "./messages.ts";
import { readTokenizeRequest } from "./request.ts";

export interface TokenCounterOptions {
  /** Where `tokens/worker.ts` is, as `new Worker` takes it; only `app.ts` can tell, as the executable is laid out by it. */
  readonly workerUrl: string;
  /** A count takes so many milliseconds at most, the wait for its turn included. */
  readonly timeLimitMs?: number;
  /** The worker ends after so many milliseconds without a count. */
  readonly idleMs?: number;
  /** So many counts may be under way, */
  readonly maxPending?: number;
  /** and so many characters and bytes of them all. */
  readonly maxPendingBytes?: number;
}

export interface TokenCounter {
  /** Counts a text by the encoding of a model. Whatever goes wrong, the answer is an estimate. */
  readonly count: (model: string, text: string) => Promise<TokenCount>;
  /**
   * Counts what a JSON body asks for, see `readTokenizeRequest`; a large one is taken over and must not be used again.
   *
   * @throws {ProxyError} what `readTokenizeRequest` throws
   */
  readonly countRequest: (body: Uint8Array<ArrayBuffer>) => Promise<RequestCount>;
  /** Ends the worker; counts under way, and later ones, are estimates. */
  readonly close: () => void;
}

/** A count the worker owes. */
interface Pending {
  readonly size: number;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly answer: (answer: Answer) => void;
  readonly giveUp: () => void;
}

/** Bodies up to this size are kept until they are counted, so that even their estimate knows the model: 1 MB takes 4 ms. */
const maxKeptBytes = 1_048_576;

const estimateRequest = (body: Uint8Array): RequestCount => {
  const { model, texts, extraTokens, isList } = readTokenizeRequest(body);
  const counts = texts.map(estimateTokens);
  const tokens = counts.reduce((sum, count) => sum + count, extraTokens);
  return { model, encoding: encodingOf(model).name, tokens, counts: isList ? counts : null, isExact: false };
};

const estimateUnread = (body: Uint8Array): RequestCount => ({
  model: null,
  encoding: null,
  tokens: estimateTokensOfBytes(body),
  counts: null,
  isExact: false,
});

/**
 * Makes a counter of tokens that works in a thread of its own, which is started by the first count.
 *
 * Nothing waits for it longer than the time limit: a count that takes longer, one too many, and those that were under
 * way when the thread died are answered with an estimate, and the next count starts a new thread. It never keeps the
 * process alive.
 */
export const createTokenCounter = ({
  workerUrl,
  timeLimitMs = 15_000,
  idleMs = 300_000,
  maxPending = 1000,
  maxPendingBytes = 67_108_864,
}: TokenCounterOptions): TokenCounter => {
  const pending = new Map<number, Pending>();
  let pendingBytes = 0;
  let worker: Worker | null = null;
  let idle: ReturnType<typeof setTimeout> | null = null;
  let lastId = 0;
  /** Answers so far, to tell a worker that is slow from one that hangs. */
  let answered = 0;
  let isClosed = false;

  const take = (id: number): Pending | null => {
    const owed = pending.get(id);
    if (owed === undefined) return null;
    clearTimeout(owed.timer);
    pending.delete(id);
    pendingBytes -= owed.size;
    if (pending.size === 0) {
      idle = setTimeout(end, idleMs);
      idle.unref();
    }
    return owed;
  };

  const end = (): void => {
    const ended = worker;
    worker = null;
    for (const id of pending.keys()) take(id)?.giveUp();
    if (idle !== null) clearTimeout(idle);
    ended?.terminate();
  };

  const start = (): Worker => {
    const started = new Worker(workerUrl, { ref: false });
    const died = (event: Event): void => {
      event.preventDefault();
      if (worker === started) end();
    };
    started.addEventListener("message", ({ data: answer }: MessageEvent<Answer>) => {
      answered += 1;
      take(answer.id)?.answer(answer);
    });
    started.addEventListener("error", died);
    started.addEventListener("messageerror", died);
    started.addEventListener("close", died);
    return started;
  };

  const ask = <T>(
    toQuestion: (id: number) => Question,
    size: number,
    transfer: ArrayBuffer[],
    read: (count: RequestCount) => T,
    estimate: () => T,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => {
        try {
          resolve(estimate());
        } catch (thrown) {
          reject(thrown);
        }
      };
      if (isClosed || pending.size >= maxPending || pendingBytes + size > maxPendingBytes) {
        giveUp();
        return;
      }
      lastId += 1;
      const id = lastId;
      const answeredBefore = answered;
      const expired = (): void => {
        take(id)?.giveUp();
        if (answered === answeredBefore) end();
        else worker?.postMessage({ kind: "cancel", id } satisfies Question, []);
      };
      const answer = (given: Answer): void => {
        if (given.kind === "counted") resolve(read(given.count));
        else reject(new ProxyError(given.code, given.message, given.param === null ? {} : { param: given.param }));
      };
      if (idle !== null) clearTimeout(idle);
      pending.set(id, { size, timer: setTimeout(expired, timeLimitMs), answer, giveUp });
      pendingBytes += size;
      worker ??= start();
      worker.postMessage(toQuestion(id), transfer);
    });

  return {
    count: (model, text) =>
      ask<TokenCount>(
        (id) => ({ kind: "text", id, model, text }),
        text.length,
        [],
        ({ tokens, isExact }) => ({ tokens, isExact }),
        () => ({ tokens: estimateTokens(text), isExact: false }),
      ),
    countRequest: (body) => {
      const isKept = body.length <= maxKeptBytes;
      const unread = isKept ? null : estimateUnread(body);
      return ask<RequestCount>(
        (id) => ({ kind: "request", id, body }),
        body.length,
        isKept ? [] : [body.buffer],
        (count) => count,
        () => unread ?? estimateRequest(body),
      );
    },
    close: () => {
      isClosed = true;
      end();
    },
  };
};
