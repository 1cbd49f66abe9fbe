// The commands of cassettes as a process: `bun run-command.ts NAME JSON-FLAGS [ARGUMENT]`.
import { cassetteAccept, cassetteLs, cassettePrune, cassetteScrub, cassetteShow } from "../../src/cli/cassette.ts";
import { cassetteDiff, cassetteRefresh } from "../../src/cli/cassette-refresh.ts";
import { CommandError } from "../../src/cli/exit.ts";
import { say } from "../../src/cli/say.ts";

const [name = "", flagText = "{}", argument = ""] = process.argv.slice(2);
const flags: object = JSON.parse(flagText);
const commands: Readonly<Record<string, () => Promise<number>>> = {
  ls: () => cassetteLs(flags),
  show: () => cassetteShow(argument, flags),
  prune: () => cassettePrune(flags),
  accept: () => cassetteAccept(flags),
  scrub: () => cassetteScrub(flags),
  refresh: () => cassetteRefresh(flags),
  diff: () => cassetteDiff(flags),
};
try {
  process.exitCode = (await commands[name]?.()) ?? 2;
} catch (thrown) {
  if (!(thrown instanceof CommandError)) throw thrown;
  await say(thrown.message);
  process.exitCode = 1;
}
