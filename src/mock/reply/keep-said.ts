// A response on its way out is kept, whoever made it: a fixture, a recording, a provider, or the mock.
import { isObject } from "../../dialects/fields.ts";
import type { JsonObject } from "../../dialects/conversation.ts";
import { createSseParser, type SseEvent } from "../../wire/sse.ts";
import type { Understood } from "../request/decide.ts";
import type { Said, Writes } from "../said.ts";

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** The last event of a stream has the whole response in it. */
const isLast = ({ data }: SseEvent): boolean => /"type": ?"response\.(?:completed|incomplete|failed)"/.test(data);

const keepStreamed = (writes: Writes, keep: (response: unknown) => void): Writes => {
  const encoder = new TextEncoder();
  const parser = createSseParser((event) => {
    if (!isLast(event)) return;
    const value = parse(event.data);
    if (isObject(value)) keep(value["response"]);
  });
  let isReadable = true;
  const look = (bytes: string | Uint8Array): void => {
    if (!isReadable) return;
    try {
      parser.push(typeof bytes === "string" ? encoder.encode(bytes) : bytes);
    } catch {
      // Events without an end are no stream of responses; they are passed on all the same.
      isReadable = false;
    }
  };
  const see = (write: Awaited<ReturnType<Writes["next"]>>) => {
    if (write !== null) look(write.bytes);
    return write;
  };
  return {
    next: () => {
      const next = writes.next();
      return next instanceof Promise ? next.then(see) : see(next);
    },
    ...(writes.cancel !== undefined && { cancel: writes.cancel }),
  };
};

const toText = (bytes: string | Uint8Array): string =>
  typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes);

const put = (response: unknown, { call, body }: Understood): void => {
  if (!isObject(response) || typeof response["id"] !== "string") return;
  const { fields, raw } = body;
  const text = JSON.stringify(response);
  const { previous_response_id: previousId, background, input } = fields;
  call.scope.kept.put(response["id"], {
    body: text,
    output: Array.isArray(response["output"]) ? response["output"] : [],
    input,
    previousId: typeof previousId === "string" ? previousId : null,
    isBackground: background === true,
    ids: call.ids,
    bytes: text.length * 2 + (raw?.length ?? 0) * 2,
  });
};

const isKept = ({ store }: JsonObject): boolean => store !== false;

/** Sees to it that a response is kept once it is said whole; anything else is given back as it is. */
export const keepSaid = (said: Said, understood: Understood): Said => {
  const { asked, body } = understood;
  if (asked.endpoint !== "responses" || said.status >= 400 || !isKept(body.fields)) return said;
  if (said.body.kind === "whole") {
    put(parse(toText(said.body.bytes)), understood);
    return said;
  }
  if (said.body.framing !== "sse") return said;
  const writes = keepStreamed(said.body.writes, (response) => put(response, understood));
  return { ...said, body: { ...said.body, writes } };
};
