import { CommandError } from "./exit.ts";

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && "code" in thrown ? thrown.code : null);

/** Says in words what keeps a server from listening; any other failure comes back as it is. */
export const toListenError = (thrown: unknown, host: string, port: number): unknown => {
  switch (codeOf(thrown)) {
    case "EADDRINUSE":
      return new CommandError(`Port ${port} of ${host} is taken; choose another with --port`);
    case "EACCES":
      return new CommandError(`Port ${port} of ${host} needs more rights; choose one above 1023`);
    case "EADDRNOTAVAIL":
    case "EINVAL":
    case "ENOTFOUND":
      return new CommandError(`This machine has no address ${host}; choose another with --host`);
    default:
      return thrown instanceof RangeError ? new CommandError(thrown.message) : thrown;
  }
};
