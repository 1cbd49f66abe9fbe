// The thread that counts tokens. It takes turns between the texts it was given, a slice of each, so that a short one does
// not wait for a long one and a cancelled one is left where it is.
import { ProxyError } from "../errors.ts";
import { createEncoder, startProgress, type Encoder, type Progress } from "./encoder.ts";
import { encodingOf, type Encoding, type EncodingName } from "./encoding.ts";
import type { Answer, Question } from "./messages.ts";
import { readTokenizeRequest, type TokenizeRequest } from "./request.ts";

declare const self: Worker;

/** Characters of work in one turn: 10 to 30 ms of the slowest text there is. */
const turnChars = 16_384;
/** What a text costs beside its characters, so that a turn through a million empty ones ends too. */
const textChars = 32;

interface Job {
  readonly id: number;
  readonly request: TokenizeRequest;
  readonly encoding: Encoding;
  readonly counts: number[];
  progress: Progress | null;
  tokens: number;
  cuts: number;
}

const jobs = new Map<number, Job>();
let isRunning = false;

const loaders: Readonly<Record<EncodingName, () => Promise<Encoder>>> = {
  o200k_base: async () => createEncoder((await import("js-tiktoken/ranks/o200k_base")).default),
  cl100k_base: async () => createEncoder((await import("js-tiktoken/ranks/cl100k_base")).default),
};
const encoders = new Map<EncodingName, Encoder>();

const load = async (name: EncodingName): Promise<Encoder> => {
  const loaded = encoders.get(name) ?? (await loaders[name]());
  encoders.set(name, loaded);
  return loaded;
};

const say = (answer: Answer): void => self.postMessage(answer, []);

/** Counts on for a turn; answers whether the job is done. */
const advance = (job: Job, encoder: Encoder): boolean => {
  const { texts, isList } = job.request;
  let left = turnChars;
  while (left > 0) {
    const text = texts[job.counts.length];
    if (text === undefined) return true;
    job.progress ??= startProgress(text);
    const { progress } = job;
    const before = progress.at;
    const isThrough = encoder.advance(progress, left);
    left -= progress.at - before + textChars;
    if (!isThrough) continue;
    job.counts.push(progress.tokens);
    job.tokens += progress.tokens;
    job.cuts += progress.cuts;
    job.progress = null;
    if (!isList && job.counts.length === texts.length) return true;
  }
  return false;
};

const finish = ({ id, request, encoding, counts, tokens, cuts }: Job): void => {
  const { model, extraTokens, isList, isWhole } = request;
  say({
    kind: "counted",
    id,
    count: {
      model,
      encoding: encoding.name,
      tokens: tokens + extraTokens,
      counts: isList ? counts : null,
      isExact: encoding.isOwn && isWhole && cuts === 0,
    },
  });
};

/** Lets messages in. */
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const run = async (): Promise<void> => {
  isRunning = true;
  while (jobs.size > 0) {
    for (const job of jobs.values()) {
      if (advance(job, await load(job.encoding.name))) {
        jobs.delete(job.id);
        finish(job);
      }
      await breathe();
    }
  }
  isRunning = false;
};

const toRequest = (question: Exclude<Question, { kind: "cancel" }>): TokenizeRequest => {
  if (question.kind === "request") return readTokenizeRequest(question.body);
  const { model, text } = question;
  return { model, texts: [text], isList: false, extraTokens: 0, isWhole: true };
};

const refuse = (id: number, thrown: unknown): void => {
  if (!(thrown instanceof ProxyError)) throw thrown;
  const { code, message, param } = thrown;
  say({ kind: "refused", id, code, message, param });
};

self.addEventListener("message", ({ data: question }: MessageEvent<Question>) => {
  const { id } = question;
  if (question.kind === "cancel") {
    jobs.delete(id);
    return;
  }
  try {
    const request = toRequest(question);
    const encoding = encodingOf(request.model);
    jobs.set(id, { id, request, encoding, counts: [], progress: null, tokens: 0, cuts: 0 });
  } catch (thrown) {
    refuse(id, thrown);
    return;
  }
  if (!isRunning) void run();
});
