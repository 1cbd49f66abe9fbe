/** Tells people something on stderr; stdout belongs to the log and to what a command was asked for. */
export const say = async (text: string): Promise<void> => {
  // Half the memory of `process.stderr`, which loads Node's streams.
  await Bun.write(Bun.stderr, `${text}\n`);
};
