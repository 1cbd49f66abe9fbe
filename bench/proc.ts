import { readdirSync, readFileSync } from "node:fs";

/** The core of the proxy that is measured, and the core of everything else: upstream, load generator, this process. */
export const PROXY_CORE = 0;
export const LOAD_CORE = 1;

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the process or thread ended between listing and reading
  }
};

const threadsOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

/** The process and all its descendants, the process first. */
export const treeOf = (pid: number): readonly number[] => {
  const children = threadsOf(pid).flatMap((tid) =>
    read(`/proc/${pid}/task/${tid}/children`)
      .split(" ")
      .filter((word) => word.trim() !== "")
      .map(Number),
  );
  return [pid, ...children.flatMap((child) => treeOf(child))];
};

const threadUs = (pid: number, tid: string): number =>
  Number(read(`/proc/${pid}/task/${tid}/schedstat`).split(" ")[0] ?? 0) / 1000;

/**
 * CPU time a process tree has used so far, in microseconds.
 *
 * Sums field 1 (nanoseconds on a CPU) of `/proc/PID/task/*\/schedstat`; `utime` and `stime` count in 10 ms ticks.
 * A thread that ends takes its time with it, so take differences over windows in which the threads live.
 */
export const cpuUs = (pid: number): number => {
  let us = 0;
  for (const member of treeOf(pid)) for (const tid of threadsOf(member)) us += threadUs(member, tid);
  return us;
};

/** CPU time by what a thread does: `main` runs JavaScript, `http` is Bun's `fetch`, `other` collects garbage and compiles. */
export type ThreadTimes = { readonly main: number; readonly http: number; readonly other: number };

/** `cpuUs`, by groups of threads; nginx and other programs are all `main`. */
export const cpuUsByGroup = (pid: number): ThreadTimes => {
  const times = { main: 0, http: 0, other: 0 };
  for (const member of treeOf(pid)) {
    for (const tid of threadsOf(member)) {
      const isHttp = read(`/proc/${member}/task/${tid}/comm`).trim() === "HTTP Client";
      times[tid === String(member) ? "main" : isHttp ? "http" : "other"] += threadUs(member, tid);
    }
  }
  return times;
};

export type Memory = { readonly rssMb: number; readonly anonMb: number };

/** Resident memory of a process tree in MiB: all of it, and the anonymous part. Pages shared by members count twice. */
export const memoryOf = (pid: number): Memory => {
  let rss = 0;
  let anon = 0;
  for (const member of treeOf(pid)) {
    const status = read(`/proc/${member}/status`);
    rss += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    anon += Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return { rssMb: rss / 1024, anonMb: anon / 1024 };
};

/** The most memory a process ever had resident, in MiB, as the kernel counted it; starts afresh with `execve`. */
export const peakMbOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** How many files and sockets a process may have open. */
export const openFileLimitOf = (pid: number): number =>
  Number(/^Max open files\s+(\d+)/m.exec(read(`/proc/${pid}/limits`))?.[1] ?? Infinity);

const TICK_US = 10_000;

const totals = (): readonly number[] =>
  (read("/proc/stat").split("\n")[0] ?? "").trim().split(/\s+/).slice(1, 9).map(Number);

export type Ticks = { readonly total: number; readonly steal: number };

/** The machine's CPU ticks since boot, to tell how much the host took away between two readings. */
export const ticks = (): Ticks => {
  const fields = totals();
  return { total: fields.reduce((sum, value) => sum + value, 0), steal: fields[7] ?? 0 };
};

/** The part of the machine's time that the host took away since `before`, 0 to 1. */
export const stealSince = (before: Ticks): number => {
  const now = ticks();
  return (now.steal - before.steal) / Math.max(1, now.total - before.total);
};

/** Microseconds all cores together were busy since boot, in steps of 10,000: user, nice, system, irq, softirq. */
const busyUs = (): number => {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = totals();
  return (user + nice + system + irq + softirq) * TICK_US;
};

/**
 * CPU time of this process, of all it started that still run, and of those that have ended (in steps of 10,000 us).
 *
 * One that has ended counts only once it is reaped: after its `exited`, not yet at the end of its output.
 */
const oursUs = (): number => {
  // The name in field 2 may hold spaces, so count from its closing bracket: cutime and cstime are fields 16 and 17.
  const fields = read("/proc/self/stat")
    .replace(/^.*\) /, "")
    .split(" ");
  return cpuUs(process.pid) + (Number(fields[13]) + Number(fields[14])) * TICK_US;
};

/**
 * Watches a process tree. The function returned gives the CPU time the tree used since, and how many cores' worth of time
 * went to what is not of this benchmark, the kernel's own threads included: on a machine with a guest one measures the
 * guest, too. The machine's time is counted in ticks, by sampling, and ours to the nanosecond, so a window of a second is
 * good to about 2 %.
 */
export const watch = (pid: number): (() => { readonly cpuUs: number; readonly foreign: number }) => {
  const startedAt = performance.now();
  const busy = busyUs();
  const ours = oursUs();
  const own = cpuUs(pid);
  return () => {
    const used = cpuUs(pid) - own;
    const wallUs = (performance.now() - startedAt) * 1000;
    return { cpuUs: used, foreign: Math.max(0, busyUs() - busy - (oursUs() - ours)) / wallUs };
  };
};
