import { ListenError } from "../server.ts";
import { CommandError } from "./exit.ts";

/** Says in words what keeps a server from listening; any other failure comes back as it is. */
export const toListenError = (thrown: unknown): unknown => {
  if (thrown instanceof RangeError) return new CommandError(thrown.message);
  if (!(thrown instanceof ListenError)) return thrown;
  const { hostname, port, code, cause } = thrown;
  switch (code ?? "") {
    case "EADDRINUSE":
      // Bun 1.4.5 says so of a name that leads nowhere, too.
      if (!/^[\d.]+$|:|^localhost$/.test(hostname)) {
        return new CommandError(
          `Port ${port} of ${hostname} is taken, or this machine is not ${hostname}; choose others`,
        );
      }
      return new CommandError(`Port ${port} of ${hostname} is taken; choose another with --port`);
    case "EACCES":
      return new CommandError(`Port ${port} of ${hostname} needs more rights; choose one above 1023`);
    case "EADDRNOTAVAIL":
    case "EINVAL":
    case "ENOTFOUND":
      return new CommandError(`This machine has no address ${hostname}; choose another with --host`);
    default:
      return cause instanceof RangeError ? new CommandError(cause.message) : cause;
  }
};
