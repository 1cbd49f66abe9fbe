// A process with a ledger: `bun child.ts FILE ROWS EVERY`, so many rows at a time, so many milliseconds between. It says
// {"sent","written","dropped","told"} a line each time and, when its stdin ends, once more after it has closed the ledger.
import { openLedger, fileConfig } from "./stores.ts";
import { dirname, basename, join } from "node:path";
import { recordOf } from "./records.ts";

const [file = "", rows = "1", every = "5"] = process.argv.slice(2);
const config = fileConfig(dirname(file), { path: join(dirname(file), basename(file)) });
const ledger = openLedger(config);
let sent = 0;
const say = (): void =>
  void process.stdout.write(
    `${JSON.stringify({ sent, written: ledger.written(), dropped: ledger.dropped(), told: ledger.told })}\n`,
  );
const timer = setInterval(() => {
  for (let row = 0; row < Number(rows); row++) {
    sent += 1;
    ledger.sink(recordOf({ id: `${process.pid}-${sent}`, at: Date.now(), path: "/".repeat(200) }));
  }
  say();
}, Number(every));
await Bun.stdin.text();
clearInterval(timer);
await ledger.close();
say();
