import { expect, test } from "bun:test";
import { readTraces, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { toRecord } from "./traces-record.ts";
import { startTraces } from "./traces-start.ts";

/** The text of a true export. */
const exported = async (): Promise<string> => {
  await using receiver = startOtlpReceiver();
  const traces = startTraces(receiver.url);
  traces.sink(toRecord({ stream: true }));
  await traces.close();
  return receiver.exports[0]?.text ?? "";
};

test.each([
  ["an id in upper case", '"traceId":"0af', '"traceId":"0AF'],
  ["an id that is too short", '"traceId":"0af', '"traceId":"af'],
  ["an id of zeros", '"spanId":"b7ad6b7169203330"', '"spanId":"0000000000000000"'],
  ["no kind", '"kind":2', '"kind":0'],
  ["a kind by name", '"kind":2', '"kind":"SERVER"'],
  ["a time as a number", '"startTimeUnixNano":"1790000000000000000"', '"startTimeUnixNano":1790000000000000000'],
  ["an end before the start", '"startTimeUnixNano":"1790000000000000000"', '"startTimeUnixNano":"1890000000000000000"'],
  ["an unknown status", '"status":{"code":0}', '"status":{"code":3}'],
  ["an unknown field", '"name":"POST', '"nom":"POST'],
  ["a value of another type", '{"stringValue":"POST"}', '{"stringValue":5}'],
  ["no value", '{"stringValue":"POST"}', "{}"],
  ["a key that stands twice", '"http.route"', '"url.path"'],
  ["names of the protobuf files", '"resourceSpans"', '"resource_spans"'],
  ["a fraction as a whole number", '"intValue":200', '"intValue":2.5'],
])("the collector of these tests refuses %s", async (_, from, to) => {
  const text = await exported();
  expect(text).toContain(from);
  expect(readTraces(text)).toHaveLength(2);
  expect(() => readTraces(text.replace(from, to))).toThrow();
});
