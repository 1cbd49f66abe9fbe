// What holds for requests from every dialect toward every other: nothing is lost in silence, nothing is changed that was
// given, nothing comes out that JSON cannot say.
import { expect } from "bun:test";
import type { ClientDialectName, Conversation, DialectName, JsonObject } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { isObject, needObject } from "../../../src/dialects/fields.ts";
import { ProxyError } from "../../../src/errors.ts";
import { knownSilences, opaqueKeys } from "./exceptions.ts";
import { cell } from "./gaps.ts";
import { handReplies, handRequests, type HandWritten } from "./hand-written.ts";
import {
  asParsed,
  clientNames,
  clientOf,
  orRefusal,
  readReply,
  readRequest,
  targets,
  upstreamNames,
  upstreamOf,
} from "./speak.ts";
import { writeReply, writeRequest } from "./speak.ts";
import { at, frozen, placesOf, replaced, unsayable, type Path } from "./walk.ts";

const stranger = "strangeKey";

/** A path without its numbers, so that one of many alike stands for all. */
const kindOf = (path: Path): string => path.map((key) => (typeof key === "number" ? "*" : key)).join(".");

const last = (path: Path): string => String(path.at(-1));

const objectsIn = (body: JsonObject): readonly Path[] => {
  const paths = placesOf(body, opaqueKeys).filter((path) => isObject(at(body, path)));
  const kinds = new Map(paths.filter((path) => !opaqueKeys.has(last(path))).map((path) => [kindOf(path), path]));
  return [...kinds.values()];
};

/** The names of what is dropped on the way of a body; null when the way is refused. */
const droppedOf = (from: ClientDialectName, to: DialectName, body: unknown): readonly string[] | null => {
  const made = orRefusal(() => {
    const read = readRequest(from, body, targets[to].model);
    return [...read.dropped, ...writeRequest(to, read.value).dropped];
  });
  return made instanceof ProxyError ? null : made;
};

/** Where an unknown key is lost and not named. */
const silences = ({ dialect, body }: HandWritten<ClientDialectName>, to: DialectName): readonly string[] =>
  objectsIn(body).flatMap((path) => {
    const strange = replaced(body, path, { ...needObject(at(body, path), ""), [stranger]: { a: 1 } });
    const dropped = droppedOf(dialect, to, strange);
    return dropped === null || dropped.some((one) => one.includes(stranger)) ? [] : [kindOf(path)];
  });

const frozenDrops = (client: ClientDialectName) => createDrops(clientOf(client).fieldNames);

const conversationOf = (one: HandWritten<ClientDialectName>, to: DialectName): Conversation | null => {
  const read = orRefusal(() => readRequest(one.dialect, one.body, targets[to].model).value);
  return read instanceof ProxyError ? null : read;
};

export const requestContract = (from: ClientDialectName): void => {
  const requests = handRequests.filter(({ dialect }) => dialect === from);
  cell(`${from}: an unknown key at any level of a request is named toward every other dialect`, () => {
    const found = upstreamNames
      .filter((to) => to !== from)
      .flatMap((to) => requests.flatMap((one) => silences(one, to)));
    expect([...new Set(found)].sort()).toEqual([...knownSilences[from]].sort());
  });
  cell(`${from}: reading changes nothing of the body, and gives the same twice`, () => {
    for (const { body } of requests) {
      const given = frozen(asParsed(body));
      const read = () => clientOf(from).readRequest(given, { model: "m", stream: true }, frozenDrops(from));
      expect(read()).toEqual(read());
    }
  });
  for (const to of upstreamNames) {
    cell(
      `${from} -> ${to}: writing changes nothing of the conversation, gives the same twice and says only JSON`,
      () => {
        for (const one of requests) {
          const conversation = conversationOf(one, to);
          if (conversation === null) continue;
          frozen(conversation);
          const write = () =>
            orRefusal(() => upstreamOf(to).writeRequest(conversation, targets[to].traits, frozenDrops(from)));
          const written = write();
          expect([write()]).toEqual([written]);
          if (!(written instanceof ProxyError)) expect([one.name, unsayable(written)]).toEqual([one.name, []]);
        }
      },
    );
  }
};

/** The same for replies. */
export const writtenReplyContract = (from: DialectName): void => {
  for (const to of clientNames) {
    cell(`${from} -> ${to}: a reply is written without a change to it, the same twice, in nothing but JSON`, () => {
      for (const { name, body } of handReplies.filter(({ dialect }) => dialect === from)) {
        const given = frozen(asParsed(body));
        const reply = frozen(upstreamOf(from).readReply(given, createDrops({})));
        expect(readReply(from, body).value).toEqual(readReply(from, body).value);
        const written = writeReply(to, reply).value;
        expect(writeReply(to, reply).value).toEqual(written);
        expect([name, unsayable(written)]).toEqual([name, []]);
      }
    });
  }
};
