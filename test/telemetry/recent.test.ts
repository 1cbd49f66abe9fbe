import { expect, test } from "bun:test";
import { createRecent } from "../../src/telemetry/recent.ts";
import type { ExchangeRecord } from "../../src/record.ts";
import { makeRecord } from "./explain-records.ts";

const ids = (records: readonly ExchangeRecord[]): string[] => records.map(({ id }) => id);

test("the last records are kept and found by id, the older ones are not", () => {
  const recent = createRecent(3);
  for (let at = 1; at <= 5; at += 1) recent.sink(makeRecord({ id: `r-${at}`, at }));
  expect(recent.find("r-2")).toBeNull();
  expect(recent.find("r-3")?.at).toBe(3);
  expect(ids(recent.latest(10))).toEqual(["r-5", "r-4", "r-3"]);
  expect(ids(recent.latest(2))).toEqual(["r-5", "r-4"]);
  expect(recent.latest(0)).toEqual([]);
});

test("nothing is there before the first record", () => {
  const recent = createRecent(3);
  expect(recent.find("r-1")).toBeNull();
  expect(recent.latest(10)).toEqual([]);
});

test("of two records with the same id the later one counts, and is still found when the first falls out", () => {
  const recent = createRecent(3);
  recent.sink(makeRecord({ id: "same", at: 1 }));
  recent.sink(makeRecord({ id: "same", at: 2 }));
  recent.sink(makeRecord({ id: "other", at: 3 }));
  expect(ids(recent.latest(10))).toEqual(["other", "same"]);
  recent.sink(makeRecord({ id: "third", at: 4 }));
  expect(recent.find("same")?.at).toBe(2);
  recent.sink(makeRecord({ id: "fourth", at: 5 }));
  expect(recent.find("same")).toBeNull();
  expect(ids(recent.latest(10))).toEqual(["fourth", "third", "other"]);
});

test("with nothing to keep it keeps nothing and still tells its listeners", () => {
  const recent = createRecent(0);
  const heard: string[] = [];
  recent.follow(({ id }) => heard.push(id));
  recent.sink(makeRecord({ id: "r-1" }));
  expect(recent.find("r-1")).toBeNull();
  expect(recent.latest(10)).toEqual([]);
  expect(heard).toEqual(["r-1"]);
});

test("bodies are not kept", () => {
  const recent = createRecent(3);
  recent.sink(makeRecord({ id: "r-1", bodies: { request: "prompt", reply: "answer" } }));
  expect(recent.find("r-1")?.bodies).toBeNull();
});

test("a listener hears every record until it has left, and twice when it listens twice", () => {
  const recent = createRecent(1);
  const heard: string[] = [];
  const listener = ({ id }: ExchangeRecord): void => void heard.push(id);
  const leave = recent.follow(listener);
  recent.follow(listener);
  recent.sink(makeRecord({ id: "r-1" }));
  leave();
  leave();
  recent.sink(makeRecord({ id: "r-2" }));
  expect(heard).toEqual(["r-1", "r-1", "r-2"]);
});
