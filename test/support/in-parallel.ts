/** Does a thing `count` times, `width` of them at any time; `work` is given 0, 1, 2 and so on. */
export const inParallel = async (
  width: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
};
