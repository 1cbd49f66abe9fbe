import { createHeaderRule, stripReplyHeaders, toUpstreamHeaders, type HeaderRule } from "../../src/wire/headers.ts";
import type { Case } from "./case.ts";

/** What the official SDK for JavaScript sends (openai 7.57.0), and what a proxy in front of us adds. */
const client = new Headers({
  accept: "application/json",
  "accept-encoding": "gzip, deflate",
  "accept-language": "*",
  authorization: "Bearer sk-client-0123456789",
  connection: "keep-alive",
  "content-length": "189",
  "content-type": "application/json",
  host: "127.0.0.1:8080",
  "sec-fetch-mode": "cors",
  "user-agent": "OpenAI/JS 7.57.0",
  "x-forwarded-for": "10.1.2.3",
  "x-forwarded-proto": "https",
  "x-stainless-arch": "x64",
  "x-stainless-lang": "js",
  "x-stainless-os": "Linux",
  "x-stainless-package-version": "7.57.0",
  "x-stainless-retry-count": "0",
  "x-stainless-runtime": "node",
  "x-stainless-runtime-version": "v24.1.0",
});

const reply = [
  ["content-type", "application/json"],
  ["content-length", "456"],
  ["date", "Sun, 22 Nov 2026 08:00:00 GMT"],
  ["server", "cloudflare"],
  ["connection", "keep-alive"],
  ["openai-organization", "org-1"],
  ["openai-processing-ms", "213"],
  ["openai-version", "2020-10-01"],
  ["x-ratelimit-limit-requests", "10000"],
  ["x-ratelimit-limit-tokens", "2000000"],
  ["x-ratelimit-remaining-requests", "9999"],
  ["x-ratelimit-remaining-tokens", "1999984"],
  ["x-request-id", "req_1"],
  ["strict-transport-security", "max-age=31536000"],
  ["set-cookie", "__cf_bm=1; path=/"],
  ["set-cookie", "_cfuvid=2; path=/"],
  ["cf-ray", "8e6-FRA"],
  ["alt-svc", 'h3=":443"'],
] satisfies [string, string][];
const upstream = new Headers(reply);

const passes = createHeaderRule([], false);
const uncached: HeaderRule = (name) => createHeaderRule([], false)(name);
const denied = new Set(["server", "connection", "set-cookie", "strict-transport-security", "alt-svc"]);

const toEntries = (result: unknown): unknown =>
  result instanceof Headers ? [...result].map((entry) => entry.join(": ")).toSorted() : result;

export const headerCases: readonly Case[] = [
  {
    name: "request headers: 19 from the client, 12 pass",
    toComparable: toEntries,
    variants: {
      "toUpstreamHeaders: native copy, deletes": () => toUpstreamHeaders(client, passes),
      "the same, rule made anew each time": () => toUpstreamHeaders(client, uncached),
      "copy, deletes while iterating the original": () => {
        const headers = new Headers(client);
        for (const [name] of client) if (!passes(name)) headers.delete(name);
        return headers;
      },
      "new set, appended from toJSON": () => {
        const headers = new Headers();
        const all: Readonly<Record<string, string>> = client.toJSON();
        for (const name in all) if (passes(name)) headers.append(name, all[name] ?? "");
        return headers;
      },
      "new set from an object, from toJSON": () => {
        const kept: Record<string, string> = {};
        const all: Readonly<Record<string, string>> = client.toJSON();
        for (const name in all) if (passes(name)) kept[name] = all[name] ?? "";
        return new Headers(kept);
      },
      "new set, appended while iterating": () => {
        const headers = new Headers();
        for (const [name, value] of client) if (passes(name)) headers.append(name, value);
        return headers;
      },
      "new set from filtered entries": () => new Headers([...client].filter(([name]) => passes(name))),
    },
  },
  {
    name: "request headers: the parts of it",
    // Parts of the work, which give different things; this is no comparison.
    toComparable: () => null,
    variants: {
      "native copy": () => new Headers(client),
      toJSON: () => client.toJSON(),
      "the rule, 19 names": () => Object.keys(client.toJSON()).filter((name) => passes(name)),
    },
  },
  {
    name: "reply headers: 18, of which 6 are denied; each includes a native copy to work on",
    toComparable: toEntries,
    variants: {
      "stripReplyHeaders: deletes every denied name": () => {
        const headers = new Headers(upstream);
        stripReplyHeaders(headers);
        return headers;
      },
      "deletes those that are there, by toJSON": () => {
        const headers = new Headers(upstream);
        for (const name in upstream.toJSON()) if (denied.has(name)) headers.delete(name);
        return headers;
      },
      "new set, appended while iterating": () => {
        const headers = new Headers();
        for (const [name, value] of new Headers(upstream)) if (!denied.has(name)) headers.append(name, value);
        return headers;
      },
    },
  },
];
