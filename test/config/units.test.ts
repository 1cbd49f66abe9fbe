import { expect, test } from "bun:test";
import { durationPattern, sizePattern, toBytes, toMs } from "../../src/config/units.ts";

test.each([
  ["0ms", 0],
  ["250ms", 250],
  ["30s", 30_000],
  ["1.5s", 1500],
  ["10m", 600_000],
  ["1h", 3_600_000],
  ["30d", 2_592_000_000],
  ["1m30s", 90_000],
])("the duration %s is %d ms", (text, ms) => {
  expect(text).toMatch(durationPattern);
  expect(toMs(text)).toBe(ms);
});

test.each(["", "30", "s", "30 s", "30S", "-1s", "1w", ".5s", "30s ", "1e3s"])("%j is no duration", (text) => {
  expect(text).not.toMatch(durationPattern);
});

test.each([
  ["1B", 1],
  ["64KB", 64_000],
  ["10MB", 10_000_000],
  ["10MiB", 10_485_760],
  ["1.5GiB", 1_610_612_736],
])("the size %s is %d bytes", (text, bytes) => {
  expect(text).toMatch(sizePattern);
  expect(toBytes(text)).toBe(bytes);
});

test.each(["", "10", "MB", "10 MB", "10mb", "-1MB", "10M"])("%j is no size", (text) => {
  expect(text).not.toMatch(sizePattern);
});
