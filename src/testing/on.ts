import type { Backend, Written } from "./backend.ts";
import type { Fault, Match, On, Response, Turn } from "./library.ts";
import { describeMatch, toWritten } from "./written.ts";

interface FaultPart {
  readonly fault: Written;
  /** null for every request. */
  count: number | null;
}

interface AnswerPart {
  readonly response: Response | Turn;
  /** null for once among several, for ever when it is alone. */
  count: number | null;
}

/** Each fault with the requests it strikes: those with a count one after another. */
const toFaults = (parts: readonly FaultPart[]): readonly Written[] => {
  let done = 0;
  return parts.map(({ fault, count }) => {
    if (count === null) return fault;
    const from = done;
    done += count;
    const nth = Array.from({ length: count }, (_, at) => from + at + 1);
    return { ...fault, on: from === 0 ? { first: count } : { nth } };
  });
};

const toResponse = (response: Response | Turn): unknown =>
  typeof response === "string" ? response : toWritten(response);
const toTurn = (response: Response | Turn): unknown => {
  if (response === "auto") return { auto: true };
  return toResponse(response);
};

const toAnswers = (parts: readonly AnswerPart[], isList: boolean): Written => {
  const [only] = parts;
  if (only === undefined) return {};
  if (!isList && parts.length === 1 && only.count === null) return { response: toResponse(only.response) };
  const turns = parts.flatMap(({ response, count }) => Array.from({ length: count ?? 1 }, () => toTurn(response)));
  return { turns, exhausted: "fail" };
};

const mostTimes = 10_000;

/** Makes the builder of one fixture; each word of it puts what is there so far into the mock. `place` from 1. */
export const createOn = (
  backend: Backend,
  scope: string | null,
  match: Match,
  place: number,
): On & { readonly isWhole: () => boolean; readonly id: string } => {
  const wanted = toWritten(match);
  const id = `on#${place} ${describeMatch(wanted)}`;
  const faults: FaultPart[] = [];
  const answers: AnswerPart[] = [];
  let isList = false;
  let last: FaultPart | AnswerPart | null = null;
  const put = (): On => {
    const struck = faults.length === 0 ? {} : { faults: toFaults(faults) };
    backend.put(scope, id, { match: wanted, ...toAnswers(answers, isList), ...struck });
    return on;
  };
  const times = (count: number): On => {
    if (!Number.isInteger(count) || count < 1 || count > mostTimes) {
      throw new Error(`${id}: times(${count}): must be a whole number from 1 to ${mostTimes}`);
    }
    if (last === null) throw new Error(`${id}: times(${count}) stands behind the fail or reply it is about`);
    last.count = count;
    return put();
  };
  const on = {
    id,
    isWhole: () => last !== null,
    reply: (response: Response) => {
      const part: AnswerPart = { response, count: null };
      answers.push(part);
      last = part;
      return put();
    },
    turns: (turns: readonly Turn[]) => {
      for (const turn of turns) answers.push({ response: turn, count: null });
      isList = true;
      last = answers.at(-1) ?? null;
      return put();
    },
    fail: (fault: Fault) => {
      const part: FaultPart = { fault: toWritten(fault), count: null };
      faults.push(part);
      last = part;
      return put();
    },
    times,
    once: () => times(1),
  };
  return on;
};
