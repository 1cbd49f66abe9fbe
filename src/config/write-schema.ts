// Writes config/qlite.schema.json anew; run it after a change of the schema, and the formatter after it.
import { configJsonSchema } from "./json-schema.ts";

const file = new URL("../../config/qlite.schema.json", import.meta.url);
await Bun.write(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
