// What holds for the replies of every dialect a client speaks: endings, failures, usage, and the edges of size.
import { expect } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { ClientDialectName } from "../../../src/dialects/conversation.ts";
import { statusFor } from "../../../src/dialects/failure.ts";
import type { FailureKind, FinishReason, Reply, ReplyEvent, Usage } from "../../../src/dialects/reply.ts";
import {
  failureNeighbours,
  finishNeighbours,
  holdsManyCandidates,
  mostCandidates,
  notInStreams,
  streamFailureNeighbours,
  usageDetails,
} from "./exceptions.ts";
import { ProxyError } from "../../../src/errors.ts";
import { cell } from "./gaps.ts";
import {
  callPart,
  candidate,
  endingIn,
  failureKinds,
  failureOf,
  finishReasons,
  fullUsage,
  isSound,
  replyOf,
  textPart,
} from "./make-replies.ts";
import { asParsed, clientOf, readReply, readStreamText, writeReply, writeStream, type ReadStream } from "./speak.ts";
import { keysOf, unsayable } from "./walk.ts";

/** Writes a reply whole and reads it again. */
const again = (name: ClientDialectName, reply: Reply): Reply => readReply(name, writeReply(name, reply).value).value;

/** The same as a stream. */
const streamed = (name: ClientDialectName, reply: Reply): ReadStream =>
  readStreamText(name, writeStream(name, toEvents(reply)).join(""));

const endings = (name: ClientDialectName, reason: FinishReason): void => {
  const wanted = finishNeighbours[name][reason] ?? reason;
  cell(`${name}: an answer that ends in ${reason} is read as one that ends in ${wanted}`, () => {
    expect(again(name, endingIn(reason)).candidates[0]?.finish.reason).toBe(wanted);
  });
  cell(`${name}: a stream that ends in ${reason} is read as one that ends in ${wanted}`, () => {
    const { reply, failure, isWhole } = streamed(name, endingIn(reason));
    // Responses alone has a word for a broken answer, and it is the end of the stream.
    if (name === "openai-responses" && reason === "error") expect([isWhole, failure?.kind]).toEqual([true, "server"]);
    else expect([isWhole, failure, reply.candidates[0]?.finish.reason]).toEqual([true, null, wanted]);
  });
};

const failures = (name: ClientDialectName, kind: FailureKind): void => {
  const wanted = failureNeighbours[name][kind] ?? kind;
  cell(`${name}: a failure of the kind ${kind} is read as ${wanted}`, () => {
    const client = clientOf(name);
    const failure = failureOf(kind);
    const read = client.readFailure(statusFor(failure, name), asParsed(client.writeFailure(failure)));
    expect(read).toMatchObject({ kind: wanted, message: "It failed." });
  });
  const inStream = streamFailureNeighbours[name][kind] ?? kind;
  cell(`${name}: a failure of the kind ${kind} in mid-stream is read as ${inStream}`, () => {
    const begun = toEvents(endingIn("stop")).slice(0, 3);
    const failing = writeStream(name, [...begun, { kind: "error", failure: failureOf(kind) }]).join("");
    const { failure, events } = readStreamText(name, failing);
    expect([failure?.kind, failure?.message, events.at(-1)?.kind]).toEqual([inStream, "It failed.", "error"]);
  });
};

const counts = (name: ClientDialectName): void => {
  const check = (read: Usage | null, missing: readonly (keyof Usage)[]): void => {
    if (read === null) throw new Error("there is no usage");
    expect(isSound(read)).toBe(true);
    const said = new Set(usageDetails[name].filter((key) => !missing.includes(key)));
    for (const key of keysOf(fullUsage)) {
      const isTotal = key === "inputTokens" || key === "outputTokens";
      expect([key, read[key] ?? 0]).toEqual([key, isTotal || said.has(key) ? (fullUsage[key] ?? 0) : 0]);
    }
  };
  const reply = { ...endingIn("stop"), usage: fullUsage };
  cell(`${name}: a usage says every detail it has words for, and no token twice`, () => {
    // The searches of Gemini are told by what it grounded the answer in.
    check(again(name, reply).usage, []);
  });
  cell(`${name}: the usage of a stream says the same`, () =>
    check(streamed(name, reply).reply.usage, notInStreams[name]),
  );
};

const manyCandidates = (count: number): Reply =>
  replyOf(...Array.from({ length: count }, (_, at) => candidate([textPart(`${at}`)], "stop", at)));

const edges: readonly (readonly [string, Reply])[] = [
  ["nothing at all", replyOf(candidate([]))],
  ["a call and no more", replyOf(candidate([callPart("call_1")], "tool_calls"))],
  ["a call without arguments", replyOf(candidate([callPart("call_1", "")], "tool_calls"))],
  ["an empty text", replyOf(candidate([textPart("")]))],
  ["no usage", { ...endingIn("stop"), usage: null }],
  ["neither id nor model", { ...endingIn("stop"), id: "", model: "", createdAt: null }],
  ["100 candidates", manyCandidates(100)],
  ["1,000 candidates", manyCandidates(1000)],
  ["1,000 texts", replyOf(candidate(Array.from({ length: 1000 }, (_, at) => textPart(`t${at}.`))))],
  [
    "1,000 calls",
    replyOf(
      candidate(
        Array.from({ length: 1000 }, (_, at) => callPart(`call_${at}`)),
        "tool_calls",
      ),
    ),
  ],
];

const textOf = ({ candidates: [first] }: Reply): string =>
  (first?.content ?? []).map((part) => (part.kind === "text" ? part.text : "")).join("");

const callsOf = ({ candidates: [first] }: Reply): readonly string[] =>
  (first?.content ?? []).flatMap((part) => (part.kind === "tool_call" ? [part.id] : []));

const sizes = (name: ClientDialectName, [what, reply]: readonly [string, Reply]): void => {
  const many = holdsManyCandidates[name] ? reply.candidates.length : 1;
  cell(`${name}: a reply with ${what} is written and read, whole and as a stream`, () => {
    const { value } = writeReply(name, reply);
    expect(unsayable(value)).toEqual([]);
    if (reply.candidates.length > mostCandidates[name]) {
      expect(() => streamed(name, reply)).toThrow(ProxyError);
      return;
    }
    const stream = streamed(name, reply);
    expect([stream.isWhole, stream.failure]).toEqual([true, null]);
    for (const read of [again(name, reply), stream.reply]) {
      expect([read.candidates.length, textOf(read), callsOf(read)]).toEqual([many, textOf(reply), callsOf(reply)]);
      expect([read.candidates[0]?.finish]).toEqual([reply.candidates[0]?.finish]);
      expect(read.model).not.toBe("");
    }
  });
};

export const replyContract = (name: ClientDialectName): void => {
  for (const reason of finishReasons) endings(name, reason);
  for (const kind of failureKinds) failures(name, kind);
  counts(name);
  for (const edge of edges) sizes(name, edge);
  cell(`${name}: empty deltas leave no trace in the answer`, () => {
    const events = toEvents(endingIn("stop")).flatMap((event): readonly ReplyEvent[] =>
      event.kind === "delta" ? [{ ...event, text: "" }, event, { ...event, text: "" }] : [event],
    );
    const { reply, isWhole } = readStreamText(name, writeStream(name, events).join(""));
    expect([isWhole, textOf(reply)]).toEqual([true, "Hi."]);
  });
  cell(`${name}: what is written behind the end of a stream is nothing`, () => {
    const events = [...toEvents(endingIn("stop")), ...toEvents(endingIn("length"))];
    const written = writeStream(name, events);
    expect(written.slice(toEvents(endingIn("stop")).length).join("")).toBe("");
  });
};
