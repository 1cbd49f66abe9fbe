import { join } from "node:path";
import type { EventReader } from "../../../src/dialects/dialect.ts";
import type { ReplyEvent } from "../../../src/dialects/reply.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/dialect.ts";
import { createAwsEventStreamParser } from "../../../src/wire/aws-event-stream.ts";
import { frameEvent, joinBytes } from "../../support/event-stream.ts";

const folder = join(import.meta.dir, "../../fixtures/streams/bedrock-converse");

/** The messages of a recorded-shape stream, one object with one key a line, in the service's framing. */
export const framesOf = async (name: string): Promise<readonly Uint8Array[]> => {
  const lines = (await Bun.file(join(folder, `${name}.jsonl`)).text()).trim().split("\n");
  return lines.map((line) => {
    const [[type, payload] = ["", null]] = Object.entries<unknown>(JSON.parse(line));
    return frameEvent(type, payload);
  });
};

export const bytesOf = async (name: string): Promise<Uint8Array> => joinBytes(await framesOf(name));

export interface Read {
  readonly events: readonly ReplyEvent[];
  readonly isWhole: boolean;
}

/** Reads a stream as it arrived and closes it. */
export const readChunks = (...chunks: readonly Uint8Array[]): Read => {
  const events: ReplyEvent[] = [];
  const reader: EventReader = bedrockConverse.readEvents((event) => events.push(event));
  const parser = createAwsEventStreamParser(reader.event);
  for (const chunk of chunks) parser.push(chunk);
  return { isWhole: reader.isWhole(), events };
};
