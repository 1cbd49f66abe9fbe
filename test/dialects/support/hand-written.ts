// The requests and replies of test/fixtures/golden that were written by hand, with their numbers as they are spelled.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientDialectName, DialectName, JsonObject } from "../../../src/dialects/conversation.ts";
import { needObject } from "../../../src/dialects/fields.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { upstreamNames } from "./speak.ts";

const root = join(import.meta.dir, "../../fixtures/golden");

export interface HandWritten<Name> {
  /** The case. */
  readonly name: string;
  readonly dialect: Name;
  readonly body: JsonObject;
}

const load = (what: "request" | "reply"): readonly HandWritten<DialectName>[] =>
  readdirSync(root)
    .sort()
    .flatMap((name) => {
      const files = new Set(readdirSync(join(root, name)));
      return upstreamNames
        .filter((dialect) => files.has(`${dialect}.${what}.json`))
        .map((dialect) => {
          const text = readFileSync(join(root, name, `${dialect}.${what}.json`), "utf8");
          return { name, dialect, body: needObject(parseJson(text), "") };
        });
    });

const isClient = (one: HandWritten<DialectName>): one is HandWritten<ClientDialectName> =>
  one.dialect !== "bedrock-converse";

export const handRequests: readonly HandWritten<ClientDialectName>[] = load("request").filter(isClient);

export const handReplies: readonly HandWritten<DialectName>[] = load("reply");
