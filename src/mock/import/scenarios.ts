// Chains of states: fixtures that answer one after another.
import { toObject, toText } from "../../dialects/fields.ts";
import type { Step } from "./draft.ts";

interface State {
  readonly index: number;
  readonly name: string;
  /** null where any will do. */
  readonly required: string | null;
  readonly next: string | null;
}

const toState = (value: unknown, index: number): readonly State[] => {
  const scenario = toObject(toObject(value)?.["scenario"]);
  if (scenario === null) return [];
  return [
    {
      index,
      name: toText(scenario["name"]) ?? "",
      required: toText(scenario["required_state"]),
      next: toText(scenario["set_state"]),
    },
  ];
};

/** The states in the order in which they are passed, null for no simple chain from the beginning to an end. */
const toChain = (states: readonly State[]): readonly State[] | null => {
  const byState = new Map(states.map((state) => [state.required, state]));
  if (byState.has(null)) return null;
  const chain: State[] = [];
  for (let at = byState.get(""); at !== undefined && !chain.includes(at);) {
    chain.push(at);
    at = at.next === null || at.next === at.required ? undefined : byState.get(at.next);
  }
  const last = chain.at(-1);
  const isLoop = chain.some(({ required }) => required === last?.next && last?.next !== last?.required);
  return chain.length === states.length && !isLoop ? chain : null;
};

const why = "its scenario is no simple chain of states, each required once and set by the one before";

/** The place of each fixture that has a scenario in a sequence of answers, or why it has none; by its index. */
export const toSteps = (entries: readonly unknown[]): ReadonlyMap<number, Step | string> => {
  const steps = new Map<number, Step | string>();
  for (const [name, states] of Map.groupBy(entries.flatMap(toState), (state) => state.name)) {
    const chain = toChain(states);
    if (chain === null) {
      for (const { index } of states) steps.set(index, why);
      continue;
    }
    const last = chain.at(-1);
    const repeats = last?.next === null || last?.next === last?.required;
    for (const [place, { index }] of chain.entries())
      steps.set(index, { group: `scenario ${name}`, index: place, repeats });
  }
  return steps;
};
