import type { Played } from "../../mock/tape.ts";
import { joinWritten, toWritten } from "../file/body.ts";
import { formOf } from "../dialect-of.ts";
import { toDrift } from "./drift.ts";
import type { Recordable, SendAndKeep } from "../record/record.ts";
import { replay, type ReplayOptions } from "../replay.ts";
import type { Shelved } from "../shelf.ts";

/** Sends a request whose answer is recorded, and tells how the answer differs; it is given once it is there whole. */
export const compareLive = async (
  { id, interaction }: Shelved,
  what: Recordable,
  request: Request,
  { record, replayOptions }: { readonly record: SendAndKeep; readonly replayOptions: ReplayOptions },
): Promise<Played> => {
  const { said, outcome } = await record(what, request);
  const collected: Uint8Array[] = [];
  if (said.body.kind === "stream") {
    const { writes } = said.body;
    for (let write = await writes.next(); write !== null; write = await writes.next()) {
      if (typeof write.bytes !== "string") collected.push(write.bytes);
    }
  }
  const got = await outcome;
  if (got.kind !== "kept") {
    const warnings = [`${id}: cannot be compared, ${got.why}`];
    const bytes = joinWritten(collected.map((piece) => ({ ms: 0, bytes: piece })));
    const whole = said.body.kind === "whole" ? said : { ...said, body: { kind: "whole", bytes } as const };
    return { kind: "live", id, said: whole, isTranscoded: false, warnings };
  }
  const drift = toDrift(what.asked.endpoint, interaction.response, got.interaction.response);
  const form = formOf({ ...what.keyed.request, query: what.asked.query });
  const side = got.side?.bytes;
  const readSide = side === undefined ? replayOptions.readSide : () => side;
  const replayed = replay(got.interaction, what.asked, form, { ...replayOptions, readSide, timing: 0 });
  const bytes = joinWritten(toWritten(got.interaction.response.body, 0, readSide));
  return {
    kind: "live",
    id,
    said: replayed?.said ?? { ...said, body: { kind: "whole", bytes } },
    isTranscoded: false,
    warnings: drift.length === 0 ? [] : [`${id}: the provider answers otherwise than recorded\n${drift.join("\n")}`],
  };
};
