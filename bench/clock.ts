/**
 * Microseconds since the epoch, comparable between two processes on one machine.
 *
 * `process.hrtime` and `Bun.nanoseconds` start at zero in each Bun process, so they cannot be compared; the origin plus
 * the monotonic time can (measured against clock_gettime: within 1 us). Resolution is 0.25 us, the last bit of a double.
 */
export const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1000;
