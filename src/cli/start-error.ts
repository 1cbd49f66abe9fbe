import { CassetteError } from "../cassette/cassette-error.ts";
import { FixtureError } from "../mock-server.ts";
import { CommandError } from "./exit.ts";
import { toListenError } from "./listen-error.ts";

/** Says in words what keeps a mock from starting; any other failure comes back as it is. */
export const toStartError = (thrown: unknown): unknown =>
  thrown instanceof FixtureError || thrown instanceof CassetteError
    ? new CommandError(thrown.message)
    : toListenError(thrown);
