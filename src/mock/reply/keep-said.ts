// A response on its way out is kept, whoever made it: a fixture, a recording, a provider, or the mock.
import { isObject } from "../../dialects/fields.ts";
import type { JsonObject } from "../../dialects/conversation.ts";
import { createSseParser, type SseEvent } from "../../wire/sse.ts";
import type { Understood } from "../request/decide.ts";
import { followRun, type BackgroundRun } from "../background.ts";
import type { Said, Write, Writes } from "../said.ts";

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** The last event of a stream has the whole response in it. */
const isLast = ({ data }: SseEvent): boolean => /"type": ?"response\.(?:completed|incomplete|failed)"/.test(data);

/** Looks at the writes of a stream, and gives the response when its last event has come. */
const createLastParser = (found: (response: unknown) => void): ((bytes: string | Uint8Array) => void) => {
  const encoder = new TextEncoder();
  const parser = createSseParser((event) => {
    if (!isLast(event)) return;
    const value = parse(event.data);
    if (isObject(value)) found(value["response"]);
  });
  let isReadable = true;
  return (bytes) => {
    if (!isReadable) return;
    try {
      parser.push(typeof bytes === "string" ? encoder.encode(bytes) : bytes);
    } catch {
      // Events without an end are no stream of responses; they are passed on all the same.
      isReadable = false;
    }
  };
};

const keepStreamed = (writes: Writes, keep: (response: unknown) => void): Writes => {
  const look = createLastParser(keep);
  const see = (write: Write | null) => {
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

/** What is kept of a background response beside what it says. */
interface Background {
  readonly run: BackgroundRun;
  readonly writes: readonly string[] | null;
}

const put = (response: unknown, { call, body }: Understood, background: Background | null): void => {
  if (!isObject(response) || typeof response["id"] !== "string") return;
  const { fields, raw } = body;
  const text = JSON.stringify(response);
  const { previous_response_id: previousId, input } = fields;
  const writes = background?.writes ?? null;
  call.scope.kept.put(response["id"], {
    body: text,
    output: Array.isArray(response["output"]) ? response["output"] : [],
    input,
    previousId: typeof previousId === "string" ? previousId : null,
    run: background?.run ?? null,
    writes,
    ids: call.ids,
    bytes: (text.length + (raw?.length ?? 0) + (writes ?? []).reduce((sum, write) => sum + write.length, 0)) * 2,
  });
};

/** What a background response says was said by somebody else, to whom it may be over or not. */
const toldOver = (): Background => ({ run: { state: "over" }, writes: null });

/** The writes that need no waiting for, which are all of them where `rest` is null. */
const readAhead = ({
  next,
}: Writes): { readonly ahead: readonly Write[]; readonly rest: Promise<Write | null> | null } => {
  const ahead: Write[] = [];
  for (;;) {
    const write = next();
    if (write === null) return { ahead, rest: null };
    if (write instanceof Promise) return { ahead, rest: write };
    ahead.push(write);
  }
};

const join = (ahead: readonly Write[], rest: Promise<Write | null>, writes: Writes): Writes => {
  let at = 0;
  return {
    ...writes,
    next: () => {
      const place = at;
      at += 1;
      return ahead[place] ?? (place === ahead.length ? rest : writes.next());
    },
  };
};

/** A background response goes on without its client: it is kept as its stream begins, and can be streamed again. */
const keepBackground = (writes: Writes, understood: Understood): Writes => {
  const { ahead, rest } = readAhead(writes);
  if (rest !== null) {
    return keepStreamed(join(ahead, rest, writes), (response) => put(response, understood, toldOver()));
  }
  const run: BackgroundRun = { state: "queued" };
  const texts = ahead.map(({ bytes }) => toText(bytes));
  const parser = createLastParser((response) => put(response, understood, { run, writes: texts }));
  for (const text of texts) parser(text);
  let at = 0;
  return followRun({ next: () => ahead[at++] ?? null }, run);
};

/** One of the background is asked for by its id whatever `store` says: the service keeps it for ten minutes at least. */
const isKept = ({ store, background }: JsonObject): boolean => store !== false || background === true;

/** Sees to it that a response is kept once it is said whole; anything else is given back as it is. */
export const keepSaid = (said: Said, understood: Understood): Said => {
  const { asked, body } = understood;
  if (asked.endpoint !== "responses" || said.status >= 400 || !isKept(body.fields)) return said;
  const isBackground = body.fields["background"] === true;
  if (said.body.kind === "whole") {
    const { later } = said;
    const toldLater: Background = { run: { state: "queued" }, writes: null };
    if (later !== undefined) put(parse(later), understood, toldLater);
    else put(parse(toText(said.body.bytes)), understood, isBackground ? toldOver() : null);
    return said;
  }
  if (said.body.framing !== "sse") return said;
  const writes = isBackground
    ? keepBackground(said.body.writes, understood)
    : keepStreamed(said.body.writes, (response) => put(response, understood, null));
  return { ...said, body: { ...said.body, writes } };
};
