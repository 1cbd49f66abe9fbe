// What `qlite tail` does with its flags, without the rest of the command line.
import { parseArgs } from "node:util";
import { CommandError } from "../../src/cli/exit.ts";
import { say } from "../../src/cli/say.ts";
import { tail } from "../../src/cli/tail.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8080" },
    key: { type: "string" },
    json: { type: "boolean", default: false },
    filter: { type: "string" },
  },
});
try {
  process.exitCode = await tail({ ...values });
} catch (thrown) {
  if (!(thrown instanceof CommandError)) throw thrown;
  await say(thrown.message);
  process.exitCode = thrown.exitCode;
}
