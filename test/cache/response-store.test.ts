import { expect, test } from "bun:test";
import { createResponseStore, type StoredResponse } from "../../src/cache/response-store.ts";

let now = 0;
const store = (limits: Partial<Parameters<typeof createResponseStore>[0]> = {}) => {
  now = 0;
  return createResponseStore({ maxEntries: 3, maxBytes: 10_000, ttlMs: 1000, ...limits }, () => now);
};
const response = (body: string, itemIds: readonly string[] = []): StoredResponse => ({ messages: [], body, itemIds });

test("what was put is got, until its time is over", () => {
  const kept = store();
  kept.put("a", response("A"));
  now = 999;
  expect(kept.get("a")?.body).toBe("A");
  now = 1000;
  expect(kept.get("a")).toBeNull();
  expect(kept.delete("a")).toBe(false);
});

test("the one that was not used for longest makes room", () => {
  const kept = store();
  for (const id of ["a", "b", "c"]) kept.put(id, response(id));
  kept.get("a");
  kept.put("d", response("d"));
  expect(["a", "b", "c", "d"].map((id) => kept.get(id)?.body)).toEqual(["a", undefined, "c", "d"]);
});

test("bytes are bounded, counted again for what is replaced or deleted", () => {
  const kept = store({ maxBytes: 100 });
  kept.put("a", response("x".repeat(60)));
  kept.put("a", response("y".repeat(60)));
  expect(kept.get("a")?.body).toStartWith("y");
  kept.put("b", response("z".repeat(60)));
  expect([kept.get("a"), kept.get("b")?.body.length]).toEqual([null, 60]);
  expect(kept.delete("b")).toBe(true);
  kept.put("c", response("c".repeat(90)));
  expect(kept.get("c")?.body.length).toBe(90);
});

test("one that is larger than all is not kept, and drives nothing out", () => {
  const kept = store({ maxBytes: 100 });
  kept.put("a", response("a"));
  kept.put("big", response("x".repeat(200)));
  expect([kept.get("a")?.body, kept.get("big")]).toEqual(["a", null]);
});

test("an item leads to its response while that is kept, to the newest of two", () => {
  const kept = store({ maxEntries: 2 });
  kept.put("a", response("A", ["one", "same"]));
  kept.put("b", response("B", ["same"]));
  expect(["one", "same", "none"].map((id) => kept.ofItem(id)?.body)).toEqual(["A", "B", undefined]);
  kept.delete("a");
  expect([kept.ofItem("one"), kept.ofItem("same")?.body]).toEqual([null, "B"]);
  kept.put("c", response("C", ["two"]));
  kept.put("d", response("D"));
  expect([kept.ofItem("same"), kept.ofItem("two")?.body]).toEqual([null, "C"]);
  now = 1000;
  expect(kept.ofItem("two")).toBeNull();
});
