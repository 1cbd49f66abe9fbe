import type { MockClock } from "./clock.ts";

interface Sleeper {
  /** When it wakes, by this clock. */
  readonly at: number;
  /** Of two that wake at one time, who came first. */
  readonly order: number;
  readonly wake: () => void;
  isGone: boolean;
}

const isBefore = (a: Sleeper, b: Sleeper): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at);

/** Those who sleep, a binary heap: the next to wake is the first. */
const createQueue = () => {
  const heap: Sleeper[] = [];
  const swap = (a: number, b: number): void => {
    const held = heap[a];
    const other = heap[b];
    if (held === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = held;
  };
  const precedes = (a: number, b: number): boolean => {
    const one = heap[a];
    const other = heap[b];
    return one !== undefined && other !== undefined && isBefore(one, other);
  };
  return {
    push: (sleeper: Sleeper): void => {
      heap.push(sleeper);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!precedes(at, parent)) break;
        swap(at, parent);
        at = parent;
      }
    },
    pop: (): Sleeper | undefined => {
      const [first] = heap;
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return first;
      heap[0] = last;
      for (let at = 0; ;) {
        let least = at;
        for (const child of [at * 2 + 1, at * 2 + 2]) if (precedes(child, least)) least = child;
        if (least === at) return first;
        swap(at, least);
        at = least;
      }
    },
  };
};

/** How long nobody must have come before those who sleep are woken, so that requests sent together sleep together; real ms. */
const gatherMs = 2;
/** How often it is waited for at most. */
const mostGathers = 10;

/**
 * A clock on which waiting costs no time: whoever wakes first goes first, and the clock then shows when.
 *
 * Sleepers are woken one a turn of the event loop, in the order of their times and, of equal times, of their arrival; what
 * one does when it is woken comes before the next one wakes. So latencies keep their order, and `now` tells them. Whoever
 * sleeps for ever sleeps until its signal aborts. When nobody slept, the first is woken 2 ms of real time after the last has
 * come.
 */
export const createVirtualClock = (): MockClock & { readonly advance: (ms: number) => Promise<void> } => {
  const queue = createQueue();
  let now = 0;
  let order = 0;
  let isRunning = false;

  const step = (): void => {
    let next = queue.pop();
    while (next?.isGone === true) next = queue.pop();
    if (next === undefined) {
      isRunning = false;
      return;
    }
    now = Math.max(now, next.at);
    next.wake();
    setImmediate(step);
  };
  const gather = (left: number): void => {
    const came = order;
    setTimeout(() => {
      if (came === order || left === 0) step();
      else gather(left - 1);
    }, gatherMs);
  };
  const run = (): void => {
    if (isRunning) return;
    isRunning = true;
    gather(mostGathers);
  };

  const sleep: MockClock["sleep"] = (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = (): void => {
        sleeper.isGone = true;
        reject(signal.reason);
      };
      const sleeper: Sleeper = {
        at: now + ms,
        order: order++,
        wake: () => {
          signal.removeEventListener("abort", stop);
          resolve();
        },
        isGone: false,
      };
      signal.addEventListener("abort", stop, { once: true });
      if (ms === Infinity) return;
      queue.push(sleeper);
      run();
    });
  const never = new AbortController().signal;
  return { now: () => now, sleep, advance: (ms) => sleep(ms, never) };
};
