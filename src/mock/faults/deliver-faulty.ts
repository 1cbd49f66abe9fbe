import type { Fault, FaultEffect } from "../fault.ts";
import type { Said } from "../said.ts";
import { describeFault } from "./describe-fault.ts";
import { createTeller, type Delivery } from "./delivery.ts";
import { flushed } from "../../wire/flushed.ts";
import { createReset, untilGone } from "./ends.ts";
import { sayHtml502, sayStatus, type Speaker } from "./failures.ts";
import { createFaultyBody } from "./faulty-body.ts";
import { fillerOf } from "./items.ts";
import { strikeStream } from "./strike-stream.ts";
import { strikeWhole } from "./strike-whole.ts";

const speakerOf = ({ dialect = "openai-chat", requestId = "" }: Delivery): Speaker => ({ dialect, requestId });

/** What is said in place of the answer; the first fault that replaces it counts. */
const replace = (said: Said, faults: readonly Fault[], speaker: Speaker): Said => {
  for (const { effect } of faults) {
    if (effect.kind === "status") return sayStatus(effect, speaker);
    if (effect.kind === "html_502") return sayHtml502();
  }
  return said;
};

type Slow = Extract<FaultEffect, { kind: "slow" }>;
const slowOf = (faults: readonly Fault[]): Slow | null => {
  for (const { effect } of faults) if (effect.kind === "slow") return effect;
  return null;
};

/** Changes the head, and takes the body away. */
const changeHead = (said: Said, faults: readonly Fault[]): Said => {
  let { headers, body } = said;
  for (const { effect } of faults) {
    if (effect.kind === "wrong_content_type")
      headers = Object.assign({}, headers, { "content-type": effect.contentType });
    if (effect.kind !== "empty_body") continue;
    if (body.kind === "stream") body.writes.cancel?.();
    body = { kind: "whole", bytes: "" };
  }
  return { status: said.status, headers, body };
};

/** A body that is broken before its first byte, which Bun's server turns into a reset without a head. */
const createBroken = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    // Any other reason would be written to stderr, with the lines of this file.
    start: (controller) => controller.error(null),
  });

/**
 * Delivers what is said as its faults want it.
 *
 * What stands in place of the answer comes first, then what happens before the head, the head itself, the changes of
 * events in the order of the faults, and last where the connection stalls or ends. Of a closed connection before the head
 * nothing is answered: with a FIN the promise stays open until the client leaves.
 */
export const deliverFaulty = async (
  said: Said,
  headers: Readonly<Record<string, string>>,
  delivery: Delivery,
  faults: readonly Fault[],
): Promise<Response> => {
  const { clock, signal, connection = null } = delivery;
  const teller = createTeller(delivery.progress);
  const startedAt = clock.now();
  const speaker = speakerOf(delivery);
  const forget = (): void => {
    if (said.body.kind === "stream") said.body.writes.cancel?.();
  };

  const cut = async (how: "fin" | "reset"): Promise<Response> => {
    forget();
    teller.ended("cut");
    if (connection === null) throw createReset();
    if (how === "fin") {
      await flushed();
      if (connection.halfClose()) return untilGone(signal);
      teller.missed("the FIN could not be sent; the connection was reset");
    }
    return new Response(createBroken());
  };

  try {
    for (const { where, effect } of faults) {
      if (where.kind !== "before") continue;
      if (effect.kind === "stall") await clock.sleep(effect.ms, signal);
      if (effect.kind === "close") return await cut(effect.how);
    }
    const replaced = replace(said, faults, speaker);
    if (replaced !== said) forget();
    const { status, headers: own, body } = changeHead(replaced, faults);
    const init = { status, headers: { ...own, ...headers } };
    const strike = {
      speaker,
      startedAt,
      clock,
      missed: (fault: Fault, why: string) => teller.missed(`${describeFault(fault)}: ${why}`),
    };
    if (body.kind === "stream") {
      const stream = strikeStream(body, own["content-type"] ?? "", faults, { ...strike, signal });
      return new Response(createFaultyBody(stream, delivery, teller), init);
    }
    const struck = strikeWhole(body.bytes, faults, strike, slowOf(faults)?.ttftMs ?? delivery.waitMs);
    if (struck.before !== null) {
      await clock.sleep(struck.waitMs, signal);
      return await cut(struck.before);
    }
    if (struck.waitMs > 0) await clock.sleep(struck.waitMs, signal);
    if (struck.items !== null) {
      const filler = fillerOf("none", own["content-type"] ?? "");
      const stream = { items: struck.items, isCut: () => false, cancel: () => {}, filler };
      return new Response(createFaultyBody(stream, delivery, teller), init);
    }
    teller.handed(0, struck.bytes.length);
    teller.ended(struck.isCut ? "cut" : "whole");
    return new Response(struck.bytes, init);
  } catch (thrown) {
    forget();
    teller.ended(signal.aborted ? "aborted" : "broken");
    throw thrown;
  }
};
