/** What a command ends with: 0 well, 1 a failure, 2 wrong usage; `exec` hands its own on. */
export type ExitCode = number;

/** Ends a command with a message for people on stderr and an exit code, 1 for a failure. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
  readonly exitCode: ExitCode = 1;
}

/** The same for wrong usage, exit code 2: the command line cannot be meant, whatever config and files hold. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";
  override readonly exitCode = 2;
}
