import { run } from "./cli/program.ts";
import { liftFetchCap } from "./cli/fetch-cap.ts";

const args = process.argv.slice(2);
liftFetchCap(args);
process.exitCode = await run(args);
