/** What a command ends with. */
export type ExitCode = 0 | 1 | 2;

/** Ends a command with a message for people on stderr and exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
