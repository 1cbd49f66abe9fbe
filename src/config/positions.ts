import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type LineCounter, type Pair } from "yaml";
import type { Path } from "./faults.ts";

/** A place in the file; line and column count from 1. */
export interface Place {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** The scalar there as the file has it, before references to the environment were replaced: safe to print. */
  readonly source: string;
}

/** Finds the place of a value, or of the key in front of it. */
export type Locate = (path: Path, about?: "key" | "value") => Place;

const keyText = (pair: Pair): string | undefined => (isScalar(pair.key) ? String(pair.key.value) : undefined);

/**
 * Makes the function that leads from a path in the parsed config back to its place in the file.
 *
 * Aliases and merge keys are followed. A path that leads to nothing, such as a key that is missing, gives the place of the
 * last thing on the way that is there.
 */
export const createLocate = (document: Document, lines: LineCounter): Locate => {
  const follow = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

  const findPair = (node: unknown, key: string): Pair | undefined => {
    const map = follow(node);
    if (isSeq(map)) return map.items.map((item) => findPair(item, key)).find((pair) => pair !== undefined);
    if (!isMap(map)) return undefined;
    const own = map.items.find((pair) => keyText(pair) === key);
    if (own !== undefined) return own;
    const merges = map.items.filter((pair) => keyText(pair) === "<<");
    return merges.map((pair) => findPair(pair.value, key)).find((pair) => pair !== undefined);
  };

  return (path, about = "value") => {
    let value: unknown = document.contents;
    let key: unknown;
    for (const part of path) {
      const inside = follow(value);
      const pair = isSeq(inside) ? undefined : findPair(inside, String(part));
      const next: unknown = isSeq(inside) ? inside.items[Number(part)] : pair?.value;
      if (next === undefined || next === null) break;
      key = pair?.key;
      value = next;
    }
    const node = about === "key" && key !== undefined ? key : value;
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    const { line, col } = lines.linePos(offset);
    const scalar = follow(node);
    const source = isScalar(scalar) && typeof scalar.source === "string" ? scalar.source : "";
    return { offset, line: Math.max(line, 1), column: Math.max(col, 1), source };
  };
};
