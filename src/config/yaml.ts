import { isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Alias, Document, ErrorCode, LineCounter, YAMLError, YAMLMap } from "yaml";
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

// To find the anchor of an alias the parser walks the document from its start, so their number is bounded.
const mostAliases = 100;

const tooDeep = "is nested too deeply to be read";

/** What the parser's words mean for people who write configs. */
const hints: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: '; what begins with * stands in quotes: "*"',
  BLOCK_AS_IMPLICIT_KEY: "; keys of one map begin in the same column",
};

// A message of the parser may end in the token it stumbled over, which may be a key.
const reword = (error: YAMLError, text: string): string => {
  if (error.code === "MULTIPLE_DOCS") return "a config is one YAML document; remove this --- and what follows";
  if (error.code === "NON_STRING_KEY") return "a key must be text";
  if (error.message.includes("call stack")) return tooDeep;
  const message = error.message.replace(/: .*$/s, "");
  const before = text.slice(text.lastIndexOf("\n", error.pos[0] - 1) + 1, error.pos[0] + 1);
  const quotes = /[[{]/.test(before.replace(/\$\{.*$/, "")) && text.startsWith("${", error.pos[0] - 1);
  if (quotes) return `is not YAML here: ${message}; inside [ ] and { } a reference stands in quotes: "\${NAME}"`;
  return `is not YAML here: ${message}${hints[error.code] ?? ""}`;
};

/** The first error of each line: those behind it are mostly its echo, and a hostile file has one for each letter. */
const toFindings = (errors: readonly YAMLError[], text: string, lines: LineCounter): readonly Finding[] => {
  const byLine = new Map<number, Finding>();
  for (const error of errors) {
    const { line } = lines.linePos(error.pos[0]);
    if (byLine.has(line)) continue;
    byLine.set(line, { offset: error.pos[0], path: "", message: reword(error, text) });
  }
  return [...byLine.values()];
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
    const complain = (message: string) =>
      found.push({ offset, path: formatPath([...pathTo(ancestors, map), name]), message });
    if (name === "__proto__") complain("unknown key");
    if (earlier !== undefined) {
      complain(`is written twice, first in line ${lines.linePos(earlier).line}; remove one`);
    }
  }
  return found;
};

/** Replaces the references to the environment in all values of the document and finds what only the tree shows. */
const prepare = (
  document: Document,
  lines: LineCounter,
  env: Readonly<Record<string, string | undefined>> | null,
): { readonly fatal: boolean; readonly findings: readonly Finding[] } => {
  const findings: Finding[] = [];
  let fatal = false;
  let aliases = 0;
  visit(document, {
    Alias: (_, node: Alias, ancestors) => {
      aliases += 1;
      const tooMany = aliases > mostAliases;
      if (!tooMany && node.resolve(document) !== undefined) return undefined;
      fatal = true;
      const message = tooMany
        ? `is alias ${aliases}, the limit is ${mostAliases}`
        : "stands for an anchor that is not set above";
      findings.push({ offset: node.range?.[0] ?? 0, path: formatPath(pathTo(ancestors, node)), message });
      return tooMany ? visit.BREAK : undefined;
    },
    Map: (_, node, ancestors) => {
      findings.push(...findDuplicates(node, ancestors, lines));
    },
    Scalar: (role, node, ancestors) => {
      if (env === null || role === "key" || typeof node.value !== "string" || !node.value.includes("$")) return;
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
  return { fatal, findings };
};

/**
 * Reads one YAML document and puts the environment into its values.
 *
 * References are replaced after parsing, so that nothing a variable holds can change the structure. A replaced value stays
 * text; whoever wants a number reads it from there. Without an environment, null, every `$` stays. Anchors, aliases and merge keys work; aliases that multiply into a
 * bomb, nesting too deep for the stack and a second document are findings.
 */
export const readYaml = (
  text: string,
  env: Readonly<Record<string, string | undefined>> | null,
  lines: LineCounter,
): Read => {
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
      merge: true,
      logLevel: "error",
    });
    const broken = [...document.errors, ...document.warnings];
    if (broken.length > 0) {
      return { kind: "faulty", findings: toFindings(broken, text, lines) };
    }
    const { fatal, findings } = prepare(document, lines, env);
    if (fatal) return { kind: "faulty", findings };
    return { kind: "ok", value: document.toJS(), findings, locate: createLocate(document, lines) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: "faulty", findings: [atStart(tooDeep)] };
    const message = error instanceof Error ? error.message.replace(/: .*$/s, "") : "unknown reason";
    return { kind: "faulty", findings: [atStart(`cannot be read as YAML: ${message}`)] };
  }
};
