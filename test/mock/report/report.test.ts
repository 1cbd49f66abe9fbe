import { expect, test } from "bun:test";
import { toAnnotations } from "../../../src/mock/report/github.ts";
import { toJunit } from "../../../src/mock/report/junit.ts";
import { toSummary } from "../../../src/mock/report/summary.ts";
import { exitCodeOf, type JournalEntry, type Verdict } from "../../../src/mock/journal/verdict.ts";

const noOutcomes: Verdict["outcomes"] = {
  matched: 0,
  replayed: 0,
  recorded: 0,
  live: 0,
  auto: 0,
  unmatched: 0,
  faulted: 0,
  refused: 0,
  aborted: 0,
};

const well: Verdict = {
  requests: 2,
  outcomes: { ...noOutcomes, matched: 2 },
  unmatched: [],
  unused: [],
  unusedRecordings: [],
  stale: [],
  refusedRecordings: [],
  warnings: [],
};

const missed: JournalEntry = {
  id: "req_1",
  scope: "checkout",
  ordinal: 2,
  at: 0,
  method: "POST",
  path: "/v1/chat/completions",
  endpoint: "chat",
  model: "gpt-5.4",
  stream: false,
  headers: {},
  body: "{}",
  isBodyCut: false,
  outcome: "unmatched",
  status: 400,
  fixture: null,
  interaction: null,
  faults: [],
  warnings: [],
  nearest: [
    {
      id: "greet",
      source: { file: "mock/greet.yaml", line: 3 },
      fields: [
        { field: "model", wanted: "gpt-*", objection: null },
        { field: "user", wanted: "hello", objection: '"bye <there> & ]]> \u0000 100%"' },
      ],
    },
  ],
  diff: [],
  events: 0,
  bytes: 0,
  durationMs: 1,
};

const bad: Verdict = {
  ...well,
  requests: 104,
  outcomes: { ...noOutcomes, matched: 1, unmatched: 103 },
  unmatched: [missed],
  unused: [{ id: "old", file: "mock/old.yaml", line: 7 }],
  stale: ["checkout#1: recorded 40 days ago, the limit is 30 days"],
  refusedRecordings: ["checkout#2 holds a key of OpenAI's"],
  warnings: ["the system prompt of checkout#3 has changed"],
};

const lenient = { failsUnused: false, failsStale: false };
const strict = { failsUnused: true, failsStale: true };

test("the summary of a run without a fault is one line", () => {
  expect(toSummary(well, lenient)).toBe("qlite mock: 2 requests: 2 matched");
});

test("the summary tells failures first, with the nearest fixture and what differs", () => {
  expect(toSummary(bad, lenient)).toBe(
    [
      "qlite mock: 104 requests: 1 matched, 103 unmatched",
      "  FAIL  POST /v1/chat/completions (gpt-5.4) was answered by nothing: request 3 of scope checkout [mock/greet.yaml:3]",
      "        nearest: greet (mock/greet.yaml:3)",
      '          user: wanted hello, got "bye <there> & ]]> \u0000 100%"',
      "  FAIL  102 further requests were answered by nothing",
      "  FAIL  not recorded: checkout#2 holds a key of OpenAI's",
      "  note  recording checkout#1: recorded 40 days ago, the limit is 30 days",
      "  note  the system prompt of checkout#3 has changed",
      "  note  fixture old was asked for by nothing [mock/old.yaml:7]",
    ].join("\n"),
  );
});

test("an old recording is told once, as what it is", () => {
  const [line = ""] = bad.stale;
  const verdict = { ...well, stale: [line], warnings: [line] };
  expect(toSummary(verdict, lenient).split(line)).toHaveLength(2);
});

test("exit codes: 3 unmatched, before 4 unused, before 5 stale or refused", () => {
  expect(exitCodeOf(well, strict)).toBe(0);
  expect(exitCodeOf(bad, strict)).toBe(3);
  const matched = { ...bad, outcomes: well.outcomes };
  expect(exitCodeOf(matched, strict)).toBe(4);
  expect(exitCodeOf(matched, lenient)).toBe(5);
  expect(exitCodeOf({ ...matched, refusedRecordings: [] }, lenient)).toBe(0);
  expect(exitCodeOf({ ...matched, refusedRecordings: [], unused: [] }, strict)).toBe(5);
});

test("the JUnit report is XML whatever a prompt holds, with a failure for each broken promise", async () => {
  const xml = toJunit(bad, strict, 1.5);
  const seen: string[] = [];
  await new HTMLRewriter()
    .on("testcase", { element: (element) => void seen.push(`case ${element.getAttribute("name")}`) })
    .on("failure", { element: (element) => void seen.push(`failure ${element.getAttribute("type")}`) })
    .transform(new Response(xml))
    .text();
  expect(seen).toEqual([
    "case every request was answered",
    "failure unmatched",
    "failure unmatched",
    "case every recording could be made",
    "failure refused",
    "case no recording has grown old",
    "failure stale",
    "case every fixture and recording was asked for",
    "failure unused",
  ]);
  expect(xml).toContain('tests="4" failures="4" errors="0" skipped="0" time="1.500"');
  expect(xml).toContain("got &quot;bye &lt;there&gt; &amp; ]]&gt; ? 100%&quot;");
  expect(toJunit(well, strict, 0)).toContain(
    '<testcase classname="qlite" name="every request was answered" time="0"/>',
  );
});

test("each annotation is one line of GitHub's, at the place of the fixture", () => {
  const lines = toAnnotations(bad, strict);
  expect(lines[0]).toStartWith("::error file=mock/greet.yaml,line=3,title=qlite mock::POST /v1/chat/completions");
  expect(lines[0]).toContain("%0Anearest: greet");
  expect(lines[0]).toContain("100%25");
  expect(lines.every((line) => /^::(?:error|warning) [^\n]*$/.test(line))).toBe(true);
  expect(lines.at(-1)).toBe("::warning title=qlite mock::the system prompt of checkout#3 has changed");
});
