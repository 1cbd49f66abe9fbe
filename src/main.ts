import { liftFetchCap } from "./cli/fetch-cap.ts";

const args = process.argv.slice(2);
liftFetchCap(args);
// Not before: what it imports would be loaded once more by the process that takes this one's place.
const { run } = await import("./cli/program.ts");
process.exitCode = await run(args);
