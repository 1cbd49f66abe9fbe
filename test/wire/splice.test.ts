import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { scanCall } from "../../src/wire/scan.ts";
import { insertMember, replaceModelMember, spliceModel } from "../../src/wire/splice.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const splice = (body: string, model: string): string =>
  new TextDecoder().decode(spliceModel(bytesOf(body), scanCall(bytesOf(body)), model));

test.each([
  ['{"model":"a/b","x":1}', "b", '{"model":"b","x":1}'],
  ['{"model":"b"}', "much-longer", '{"model":"much-longer"}'],
  ['{"model":"b"}', "b", '{"model":"b"}'],
  ['\n{ "x" : 1.0 , "model" :\t"b" }\r\n', "c", '\n{ "x" : 1.0 , "model" :\t"c" }\r\n'],
  ['{"n":9007199254740993,"model":"b","n":1}', "c", '{"n":9007199254740993,"model":"c","n":1}'],
  ['{"mod\\u0065l":"b","é":"😀"}', "c", '{"mod\\u0065l":"c","é":"😀"}'],
  ['{"x":{"model":"b"},"model":"b"}', "c", '{"x":{"model":"b"},"model":"c"}'],
  ['{"model":"\\u0062"}', 'q"\\\n', '{"model":"q\\"\\\\\\n"}'],
  ['{"model":"b"}', "é😀", '{"model":"é😀"}'],
])("%j renamed to %j is %j", (body, model, expected) => {
  expect(splice(body, model)).toBe(expected);
});

test("only the model's bytes change, whatever stands around them", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1 });
  const around = fc.tuple(fc.json(), fc.json(), fc.constantFrom("", " ", "\n\t"));
  fc.assert(
    fc.property(name, name, around, (model, renamed, [left, right, space]) => {
      const head = `{"left":${space}${left},${space}"model":${space}`;
      const tail = `${space},"right":${right}${space}}`;
      const body = bytesOf(`${head}${JSON.stringify(model)}${tail}`);
      const before = body.slice();
      const spliced = spliceModel(body, scanCall(body), renamed);
      expect(Buffer.from(spliced).equals(bytesOf(`${head}${JSON.stringify(renamed)}${tail}`))).toBe(true);
      expect(scanCall(spliced)).toMatchObject({ model: renamed, modelStart: bytesOf(head).length });
      expect(Buffer.from(body).equals(before)).toBe(true);
      expect(spliced.buffer).not.toBe(body.buffer);
    }),
    { numRuns: 2000 },
  );
});

test("a body that is a view into a larger buffer is spliced from its own bytes", () => {
  const padded = bytesOf('xxxx{"model":"b"}yyyy');
  const body = padded.subarray(4, -4);
  expect(new TextDecoder().decode(spliceModel(body, scanCall(body), "c"))).toBe('{"model":"c"}');
});

const replaced = (body: string): string =>
  new TextDecoder().decode(replaceModelMember(bytesOf(body), scanCall(bytesOf(body)), '"v":1'));

test.each([
  ['{"model":"a","x":1}', '{"v":1,"x":1}'],
  ['{"model":"b"}', '{"v":1}'],
  ['\n{ "x" : 1.0 , "model" :\t"b" }\r\n', '\n{ "x" : 1.0 , "v":1 }\r\n'],
  ['{"mod\\u0065l":"b","é":"😀"}', '{"v":1,"é":"😀"}'],
  ['{"\\u006d\\u006f\\u0064\\u0065\\u006c":"b"}', '{"v":1}'],
  ['{"x":{"model":"b"},"y":"\\"","model":"\\"b"}', '{"x":{"model":"b"},"y":"\\"","v":1}'],
])("%j with another member in place of the model's is %j", (body, expected) => {
  expect(replaced(body)).toBe(expected);
});

test.each([
  ['{"model":"a"}', '{"v":1,"model":"a"}'],
  [' \n{ "model":"a" }', ' \n{"v":1, "model":"a" }'],
])("%j with one more member is %j", (body, expected) => {
  expect(new TextDecoder().decode(insertMember(bytesOf(body), '"v":1'))).toBe(expected);
});
