import { ProxyError } from "../../errors.ts";
import { toList, toObject, toText } from "../fields.ts";

type Step = string | number;
type Branch = Record<string, unknown> | unknown[];

const stepPattern = /^(?:\.([^.[\]]+)|\[(\d{1,6})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])/;

const broken = (path: string): ProxyError =>
  new ProxyError(
    "upstream_invalid_response",
    `The upstream sent an argument at ${path.slice(0, 100)}, which is no place`,
  );

const readPath = (path: string): readonly Step[] => {
  const steps: Step[] = [];
  let rest = path.startsWith("$") ? path.slice(1) : `.${path}`;
  while (rest !== "") {
    const found = stepPattern.exec(rest);
    if (found === null || steps.length >= 64) throw broken(path);
    const [whole, name, index, single, double] = found;
    const quoted = single ?? double;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? (quoted ?? "").replaceAll(/\\(.)/g, "$1"));
    rest = rest.slice(whole.length);
  }
  return steps;
};

// Without a prototype, so that a name such as `__proto__` is a name like any other.
const createBranch = (step: Step | undefined): Branch => {
  if (typeof step === "number") return [];
  const branch: Record<string, unknown> = Object.create(null);
  return branch;
};

const get = (branch: Branch, step: Step): unknown =>
  Array.isArray(branch) ? branch[Number(step)] : branch[String(step)];

const set = (branch: Branch, step: Step, value: unknown, path: string): void => {
  if (!Array.isArray(branch)) branch[String(step)] = value;
  else if (typeof step === "number" && step <= branch.length) branch[step] = value;
  else throw broken(path);
};

const isBranch = (value: unknown): value is Branch =>
  typeof value === "object" && value !== null && !JSON.isRawJSON(value);

const valueOf = (part: Readonly<Record<string, unknown>>): unknown => {
  if (part["stringValue"] !== undefined) return part["stringValue"];
  if (part["numberValue"] !== undefined) return part["numberValue"];
  return part["boolValue"] === undefined ? null : part["boolValue"];
};

/** Arguments that arrive in pieces. */
export interface PartialArgs {
  /** @throws {ProxyError} `upstream_invalid_response` - a piece whose place cannot be */
  readonly add: (partialArgs: unknown) => void;
  readonly toJson: () => string;
}

/**
 * Collects `partialArgs`, each a value at a JSON path; pieces of one string follow each other at the same path.
 *
 * Sent only by Vertex AI, and only to who asked with `streamFunctionCallArguments`.
 *
 * @see npm `@google/genai` 3.1.0, dist/genai.d.ts (PartialArg); https://datatracker.ietf.org/doc/html/rfc9535
 */
export const createPartialArgs = (): PartialArgs => {
  const root = createBranch(undefined);
  const add = (path: string, value: unknown): void => {
    const steps = readPath(path);
    let branch = root;
    for (const [index, step] of steps.entries()) {
      const held = get(branch, step);
      if (index === steps.length - 1) {
        const isMore = typeof held === "string" && typeof value === "string";
        set(branch, step, isMore ? held + value : value, path);
      } else if (isBranch(held)) branch = held;
      else {
        const made = createBranch(steps[index + 1]);
        set(branch, step, made, path);
        branch = made;
      }
    }
  };
  return {
    add: (partialArgs) => {
      for (const item of toList(partialArgs)) {
        const part = toObject(item);
        const path = toText(part?.["jsonPath"]);
        if (part !== null && path !== null) add(path, valueOf(part));
      }
    },
    toJson: () => JSON.stringify(root),
  };
};
