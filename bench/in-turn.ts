import { treeOf } from "./proc.ts";

const settleMs = 100;

const signal = (pid: number, name: "SIGSTOP" | "SIGCONT"): void => {
  // `direct` is no process.
  if (pid === 0) return;
  for (const member of treeOf(pid)) process.kill(member, name);
};

/**
 * Gives what runs in this order. While one is out, the others stand still: a gateway that idles wakes up some
 * sixty times a second, and what it touches then is gone from the caches of the one that is measured.
 */
export const inTurn = async function* <T extends { readonly pid: number }>(
  running: readonly T[],
  order: readonly T[],
): AsyncGenerator<T, void, undefined> {
  for (const { pid } of running) signal(pid, "SIGSTOP");
  try {
    for (const it of order) {
      signal(it.pid, "SIGCONT");
      await Bun.sleep(settleMs);
      yield it;
      signal(it.pid, "SIGSTOP");
    }
  } finally {
    for (const { pid } of running) signal(pid, "SIGCONT");
  }
};
