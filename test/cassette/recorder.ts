// A process of its own that records: `bun recorder.ts FOLDER SCOPE COUNT`.
import { ask, chat, chatReply, openTape } from "./support.ts";

const parent = process.ppid;
const [folder = "", scope = "", count = ""] = process.argv.slice(2);
const tape = await openTape(folder, () => Promise.resolve(Response.json(chatReply("word ".repeat(2000)))), {
  mode: "new",
});
for (let at = 0; at < Number(count); at += 1) {
  // A test that was killed leaves nobody behind.
  if (process.ppid !== parent) break;
  await ask(tape, chat(`${process.pid} asks ${at}`), { scope });
  await tape.flush();
}
