import { isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Alias, Document, LineCounter, YAMLError, YAMLMap } from "yaml";
import { expand } from "./expand.ts";
import { formatPath, type Path } from "./faults.ts";
import { createLocate, type Locate } from "./positions.ts";

/** A fault that does not know its file yet: where in the text and where in the config. */
export interface Finding {
  readonly offset: number;
  readonly path: string;
  readonly message: string;
}

export type Read =
  /** The findings here are of single values; what else is wrong with `value` can still be told. */
  | { readonly kind: "ok"; readonly value: unknown; readonly findings: readonly Finding[]; readonly locate: Locate }
  | { readonly kind: "faulty"; readonly findings: readonly Finding[] };

const atStart = (message: string): Finding => ({ offset: 0, path: "", message });

// A message of the parser may end in the token it stumbled over, which may be a key.
const reword = (error: YAMLError, text: string): string => {
  if (error.code === "MULTIPLE_DOCS") return "a config is one YAML document; remove this --- and what follows";
  if (error.code === "NON_STRING_KEY") return "a key must be text";
  const message = error.message.replace(/: .*$/s, "");
  const end = text.indexOf("\n", error.pos[0]);
  const line = text.slice(text.lastIndexOf("\n", error.pos[0] - 1) + 1, end === -1 ? undefined : end);
  const hint = /[[{].*\$\{/.test(line) ? '; inside [ ] and { } a reference stands in quotes: "${NAME}"' : "";
  return `is not YAML here: ${message}${hint}`;
};

const pathTo = (ancestors: readonly unknown[], node: unknown): Path => {
  const path: PropertyKey[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    if (isPair(ancestor) && isScalar(ancestor.key)) path.push(String(ancestor.key.value));
    if (isSeq(ancestor)) path.push(ancestor.items.indexOf(ancestors[index + 1] ?? node));
  }
  return path;
};

const findDuplicates = (map: YAMLMap, ancestors: readonly unknown[], lines: LineCounter): readonly Finding[] => {
  const first = new Map<string, number>();
  const found: Finding[] = [];
  for (const { key } of map.items) {
    if (!isScalar(key) || key.value === "<<") continue;
    const name = String(key.value);
    const offset = key.range?.[0] ?? 0;
    const earlier = first.get(name);
    first.set(name, earlier ?? offset);
    const path = formatPath([...pathTo(ancestors, map), name]);
    if (name === "__proto__") found.push({ offset, path, message: "unknown key" });
    if (earlier === undefined) continue;
    const message = `is written twice, first in line ${lines.linePos(earlier).line}; remove one`;
    found.push({ offset, path, message });
  }
  return found;
};

/** Replaces the references to the environment in all values of the document and finds what only the tree shows. */
const prepare = (
  document: Document,
  lines: LineCounter,
  env: Readonly<Record<string, string | undefined>>,
): readonly Finding[] => {
  const findings: Finding[] = [];
  visit(document, {
    Alias: (_, node: Alias, ancestors) => {
      if (node.resolve(document) !== undefined) return;
      const message = "stands for an anchor that is not set above";
      findings.push({ offset: node.range?.[0] ?? 0, path: formatPath(pathTo(ancestors, node)), message });
    },
    Map: (_, node, ancestors) => {
      findings.push(...findDuplicates(node, ancestors, lines));
    },
    Scalar: (role, node, ancestors) => {
      if (role === "key" || typeof node.value !== "string" || !node.value.includes("$")) return;
      const expanded = expand(node.value, env);
      if (expanded.kind === "ok") {
        node.value = expanded.value;
        return;
      }
      const offset = node.range?.[0] ?? 0;
      const path = formatPath(pathTo(ancestors, node));
      findings.push(...expanded.messages.map((message) => ({ offset, path, message })));
    },
  });
  return findings;
};

/**
 * Reads one YAML document and puts the environment into its values.
 *
 * References are replaced after parsing, so that nothing a variable holds can change the structure. A replaced value stays
 * text; whoever wants a number reads it from there. Anchors, aliases and merge keys work; aliases that multiply into a
 * bomb, nesting too deep for the stack and a second document are findings.
 */
export const readYaml = (text: string, env: Readonly<Record<string, string | undefined>>, lines: LineCounter): Read => {
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
      merge: true,
      logLevel: "silent",
    });
    const broken = [...document.errors, ...document.warnings];
    if (broken.length > 0) {
      const findings = broken.map((error) => ({ offset: error.pos[0], path: "", message: reword(error, text) }));
      return { kind: "faulty", findings };
    }
    const findings = prepare(document, lines, env);
    return { kind: "ok", value: document.toJS(), findings, locate: createLocate(document, lines) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: "faulty", findings: [atStart("is nested too deeply to be read")] };
    const message = error instanceof Error ? error.message.replace(/: .*$/s, "") : "unknown reason";
    return { kind: "faulty", findings: [atStart(`cannot be read as YAML: ${message}`)] };
  }
};
