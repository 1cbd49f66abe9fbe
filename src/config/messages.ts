import type * as z from "zod/mini";
import { nearest } from "../wire/nearest.ts";

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map of keys";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
};

const wanted: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys",
  record: "a map of keys",
};

const wrongType = (expected: string, value: unknown): string => {
  if (value === undefined) return "is missing";
  if (value === null) return "has no value: write one, or remove the line";
  const scalar = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
  const hint =
    expected === "string" && scalar
      ? "; put it in quotes"
      : expected === "array" && typeof value === "string"
        ? "; put it in [ ]"
        : "";
  return `must be ${wanted[expected] ?? expected}, not ${kindOf(value)}${hint}`;
};

const wrongChoice = (choices: readonly unknown[], value: unknown): string => {
  const names = choices.map(String);
  const list = `must be ${names.length === 1 ? "" : "one of "}${names.join(", ")}`;
  if (value === undefined) return `is missing: ${list}`;
  const meant = typeof value === "string" ? nearest(value, names) : undefined;
  return meant === undefined ? list : `${list}; did you mean ${meant}?`;
};

/**
 * Says what is wrong in our words, where a schema does not say it itself.
 *
 * The value is never repeated: it may be a secret, and the fault's line and column point at it.
 */
export const describeIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "invalid_type") return wrongType(issue.expected, issue.input);
  if (issue.code === "invalid_value") return wrongChoice(issue.values, issue.input);
  if (issue.code === "invalid_union") return "must be off or a map of keys";
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  if (issue.code !== "too_small") return "is not valid";
  if (issue.origin === "string") return "must not be empty";
  return issue.origin === "array" ? "must have at least one entry" : `must be at least ${issue.minimum}`;
};

/** A complaint of the schema in its final form: where, about the key or its value, and what. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly about: "key" | "value";
  readonly message: string;
}

/** Codes of a value that is of another kind than a branch of a choice takes. */
const otherKinds: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

const isInside = (issue: z.core.$ZodIssue): boolean => issue.path.length > 0 || !otherKinds.has(issue.code);

/** Turns one issue of the schema into complaints: one for each unknown key, and those of the branch of a choice that the value comes nearest to. */
export const toComplaints = (issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): readonly Complaint[] => {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const messages = issue.message.split("\n");
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      about: "key",
      message: messages[index] ?? "unknown key",
    }));
  }
  if (issue.code === "invalid_union") {
    const branches = issue.errors
      .filter((issues) => issues.every(isInside))
      .map((issues) => issues.flatMap((inner) => toComplaints(inner, path)));
    const [nearestBranch] = branches.toSorted((a, b) => a.length - b.length);
    if (nearestBranch !== undefined) return nearestBranch;
  }
  return [{ path, about: "value", message: issue.message }];
};
