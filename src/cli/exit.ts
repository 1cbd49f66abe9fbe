/** What a command ends with: 0 well, 1 a failure, 2 wrong usage; `exec` hands its own on. */
export type ExitCode = number;

/** Ends a command with a message for people on stderr and exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
