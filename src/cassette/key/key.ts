// A request as it is compared and as it is kept.
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import type { Asked } from "../../mock/asked.ts";
import type { Normalization, Profile } from "../../mock/settings.ts";
import { conversationOf, dialectOf } from "../dialect-of.ts";
import type { Prints, RecordedRequest } from "../file/interaction.ts";
import { createNormalize, toWellFormed } from "./normalize.ts";
import { familyOf, projectConversation, transportFields } from "./project.ts";
import { toCanonical, type Section } from "./section.ts";
import { mapFields, type Secrets } from "../record/secrets.ts";

export interface KeyOptions {
  readonly profile: Profile;
  readonly ignore: readonly string[];
  readonly normalize: readonly Normalization[];
}

/** A request and what counts of it. */
export interface Keyed {
  readonly request: RecordedRequest;
  readonly key: string;
  readonly prints: Prints;
  /** All of it; under the profile `conversation` only those of the body are in the key. */
  readonly sections: readonly Section[];
}

/** Makes keys, in the same way of what is asked and of what was recorded. */
export interface Keys {
  readonly profile: Profile;
  /** A request as it is kept: redacted and normalised; `known` are secrets it came with. */
  readonly toRequest: (asked: Asked, known: readonly string[]) => RecordedRequest;
  readonly keyed: (request: RecordedRequest) => Keyed;
  /** What of the sections is in the key. */
  readonly counting: (sections: readonly Section[]) => readonly Section[];
}

/** Request headers that change an answer. */
const keptHeaders = ["anthropic-version", "anthropic-beta", "openai-beta", "content-type"] as const;

const headersOf = (headers: Headers): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = headers.get(name);
    // The boundary of a form is another one each time.
    if (value !== null && !/^application\/json\b/.test(value)) kept[name] = value.replace(/;\s*boundary=.*$/i, "");
  }
  return kept;
};

const isCredential = /^(?:key|api[-_]?key|access_token|token)(?:=|$)/i;

const withoutKeys = (query: string): string =>
  query
    .split("&")
    .filter((field) => !isCredential.test(field))
    .join("&");

const hash = (text: string, digits: number): string =>
  new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, digits);

const print = (sections: readonly Section[], part: Section["part"]): string | null => {
  const own = sections.filter((section) => section.part === part);
  return own.length === 0 ? null : hash(toCanonical(own.map(({ name, value }) => [name, value])), 8);
};

const listFields = new Set(["messages", "input", "contents", "tools"]);
const partOfField = (name: string): Section["part"] => {
  if (name === "tools") return "tools";
  return name === "system" || name === "instructions" || name === "systemInstruction" ? "system" : "body";
};

/** A field by itself, or the items of a list of messages each by itself. */
const toSections = ([name, value]: readonly [string, unknown]): readonly Section[] =>
  Array.isArray(value) && listFields.has(name) && value.every(isObject)
    ? value.map((item, index) => {
        const role = item["role"];
        const isSystem = role === "system" || role === "developer";
        const part = isSystem ? "system" : partOfField(name);
        return { part, name: `${name}[${index}]${typeof role === "string" ? ` (${role})` : ""}`, value: item };
      })
    : [{ part: partOfField(name), name, value }];

/** One input and a list with that one input are the same; of a file only its content counts. */
const simplify = (name: string, value: unknown): unknown => {
  if (name === "model" && typeof value === "string") return familyOf(value);
  if (name === "input" && Array.isArray(value) && value.length === 1 && typeof value[0] === "string") return value[0];
  if (isObject(value) && typeof value["sha256"] === "string") return { sha256: value["sha256"] };
  return Array.isArray(value) ? value.map((item) => simplify("", item)) : value;
};

const projectFields = (body: JsonObject, isIgnored: (name: string) => boolean): readonly Section[] =>
  Object.entries(body)
    .filter(([name, value]) => value !== null && !transportFields.has(name) && !isIgnored(name))
    .map(([name, value]) => [name, simplify(name, value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(toSections);

const projectExactly = (request: RecordedRequest, isIgnored: (name: string) => boolean): readonly Section[] => [
  { part: "body", name: "method", value: request.method },
  { part: "body", name: "path", value: request.path.replace(/:streamGenerateContent$/, ":generateContent") },
  {
    part: "body",
    name: "query",
    value: request.query.split("&").filter((field) => field !== "" && !field.startsWith("alt=")),
  },
  ...Object.entries(request.body)
    .filter(([name]) => name !== "stream" && !isIgnored(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(toSections),
];

/** Makes the keys of a profile. */
export const createKeys = ({ profile, ignore, normalize }: KeyOptions, secrets: Secrets): Keys => {
  const change = createNormalize(normalize);
  const ignored = new Set(ignore);
  const isIgnored = (name: string): boolean => ignored.has(name);

  const project = (request: RecordedRequest): readonly Section[] => {
    const endpoint: Section = { part: "body", name: "endpoint", value: request.endpoint };
    if (profile === "exact") return [endpoint, ...projectExactly(request, isIgnored)];
    const dialect = dialectOf(request.endpoint);
    const conversation = conversationOf(request);
    return dialect === null || conversation === null
      ? [endpoint, ...projectFields(request.body, isIgnored)]
      : [endpoint, ...projectConversation(conversation, dialect, isIgnored)];
  };
  const counting: Keys["counting"] = (sections) =>
    profile === "conversation" ? sections.filter(({ part }) => part === "body") : sections;

  return {
    profile,
    counting,
    toRequest: ({ method, path, query, headers, endpoint, body }, known) => {
      const redact = (text: string): string => secrets.redact(text, known);
      return {
        method,
        path: redact(path),
        query: redact(withoutKeys(query)),
        headers: headersOf(headers),
        endpoint,
        body: change(mapFields(toWellFormed(body), redact)),
      };
    },
    keyed: (request) => {
      // What was recorded before a pattern was named is found all the same.
      const normal = { ...request, body: change(mapFields(request.body, (text) => secrets.redact(text))) };
      const sections = project(normal);
      const counted = counting(sections).map(({ name, value }) => [name.replace(/\[\d+\]/, "[]"), value]);
      return {
        request,
        key: `${profile}:${hash(toCanonical(counted), 12)}`,
        prints: {
          system: print(sections, "system"),
          tools: print(sections, "tools"),
          body: print(sections, "body") ?? "",
        },
        sections,
      };
    },
  };
};
