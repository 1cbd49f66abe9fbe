import { describe, expect, test } from "bun:test";
import { scanCall } from "../../src/wire/scan.ts";
import { thrownBy } from "./thrown.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const nest = (levels: number): string => `{"model":"m","x":${"[".repeat(levels - 1)}1${"]".repeat(levels - 1)}}`;

describe("scanCall reads", () => {
  test.each([
    ['{"model":"gpt-5.4"}', "gpt-5.4", false],
    ['{"model":"m","stream":true}', "m", true],
    ['{"stream":false,"model":"m"}', "m", false],
    ['{"stream":null,"model":"m"}', "m", false],
    [' \t\r\n{ "model" : "m" , "stream" : true } \n', "m", true],
    ['{"mod\\u0065l":"m"}', "m", false],
    ['{"\\u006d\\u006F\\u0064\\u0065\\u006c":"m","\\u0073tream":true}', "m", true],
    ['{"model":"a\\"b\\\\c\\/\\b\\f\\n\\r\\t"}', 'a"b\\c/\b\f\n\r\t', false],
    ['{"model":"\\u00e9\\ud83d\\ude00"}', "é😀", false],
    ['{"model":"é😀"}', "é😀", false],
    ['{"model":"\\ud800"}', "\ud800", false],
    ['{"model":"\uFEFFm"}', "\uFEFFm", false],
    ['{"model":"\u007f\u2028"}', "\u007f\u2028", false],
    ['{"model":"m","x":{"model":1,"model":2,"stream":3,"stream":4}}', "m", false],
    ['{"model":"m","x":1,"x":2,"":3,"":4}', "m", false],
    ['{"model":"m","Model":1,"models":2,"mode":3,"streams":4,"\\u006dode":5}', "m", false],
    [`{"model":"m","n":[-0,0.0,1e5,1E+5,1e-5,-12.5e+3,${"9".repeat(40)},1e999999]}`, "m", false],
    ['{"model":"m","x":[true,false,null,{},[],"",{"a":[{}]}]}', "m", false],
    ['{"__proto__":1,"model":"m","constructor":{}}', "m", false],
  ])("%j", (text, model, stream) => {
    expect(JSON.parse(text).model).toBe(model);
    expect(scanCall(bytesOf(text))).toMatchObject({ model, stream });
  });
});

describe("scanCall refuses as not JSON", () => {
  test.each([
    ["", "a value at byte 0"],
    ["   ", "a value at byte 3"],
    ["{", "a key in quotes at byte 1"],
    ["{}}", "the end of the body at byte 2"],
    ['{"model":"m"} x', "the end of the body at byte 14"],
    ['{"model":"m"}{"model":"m"}', "the end of the body at byte 13"],
    ['{"model":"m",}', "a key in quotes at byte 13"],
    ['{"model" "m"}', "a colon at byte 9"],
    ['{"model":"m" "a":1}', "a comma or } at byte 13"],
    ['{model:"m"}', "a key in quotes at byte 1"],
    ["{'model':'m'}", "a key in quotes at byte 1"],
    ['{"model":"m","x":[1,]}', "a value at byte 20"],
    ['{"model":"m","x":[1 2]}', "a comma or ] at byte 20"],
    ['{"model":"m","x":[1}', "a comma or ] at byte 19"],
    ['{"model":"m","x":01}', "a comma or } at byte 18"],
    ['{"model":"m","x":1.}', "a digit at byte 19"],
    ['{"model":"m","x":.5}', "a value at byte 17"],
    ['{"model":"m","x":+1}', "a value at byte 17"],
    ['{"model":"m","x":-}', "a digit at byte 18"],
    ['{"model":"m","x":1e}', "a digit at byte 19"],
    ['{"model":"m","x":NaN}', "a value at byte 17"],
    ['{"model":"m","x":nul}', "a value at byte 17"],
    ['{"model":"m","x":trueish}', "a comma or } at byte 21"],
    ['{"model":"m"/**/}', "a comma or } at byte 12"],
    ['{"model":"m', "the end of a string at byte 11"],
    ['{"model":"m\\', "an escape character at byte 12"],
    ['{"model":"\\x41"}', "an escape character at byte 11"],
    ['{"model":"\\u12g4"}', "four hex digits at byte 12"],
    ['{"model":"a\nb"}', "an escape instead of a control character at byte 11"],
    ['{"model":"a\u0000b"}', "an escape instead of a control character at byte 11"],
    ['\uFEFF{"model":"m"}', "a value at byte 0"],
    ['{"model":\u00a0"m"}', "a value at byte 9"],
  ])("%j: wanted %s", (text, wanted) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    const error = thrownBy(() => scanCall(bytesOf(text)));
    expect(error.code).toBe("invalid_json");
    expect(error.message).toBe(`The request body is not valid JSON: wanted ${wanted}`);
  });

  test.each([
    ["a stray continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate in UTF-8", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut character", [0x22, 0xe2, 0x82, 0x22]],
    ["a code point above U+10FFFF", [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ["UTF-16 with its mark", [...new Uint8Array(Buffer.from('\uFEFF"m"', "utf16le"))]],
  ])("a body with %s, as not UTF-8", (_, value) => {
    const error = thrownBy(() => scanCall(Buffer.concat([bytesOf('{"model":'), Uint8Array.from(value), bytesOf("}")])));
    expect([error.code, error.message]).toEqual(["invalid_json", "The request body is not valid UTF-8"]);
  });

  test("a body in UTF-16 without a mark", () => {
    expect(thrownBy(() => scanCall(Buffer.from('{"model":"m"}', "utf16le"))).code).toBe("invalid_json");
  });
});

describe("scanCall refuses what is JSON but no call", () => {
  test.each([
    ["[]", "invalid_request", null],
    ['[{"model":"m"}]', "invalid_request", null],
    ['"model"', "invalid_request", null],
    ["null", "invalid_request", null],
    ["17", "invalid_request", null],
    ["{}", "missing_required_parameter", "model"],
    ['{"models":"m"}', "missing_required_parameter", "model"],
    ['{"model":""}', "missing_required_parameter", "model"],
    ['{"model":null}', "invalid_request", "model"],
    ['{"model":5}', "invalid_request", "model"],
    ['{"model":["m"]}', "invalid_request", "model"],
    ['{"model":{"model":"m"}}', "invalid_request", "model"],
    ['{"model":"m","stream":1}', "invalid_request", "stream"],
    ['{"model":"m","stream":"true"}', "invalid_request", "stream"],
    ['{"model":"m","stream":[]}', "invalid_request", "stream"],
    ['{"model":"m","stream":{}}', "invalid_request", "stream"],
    ['{"model":"a","model":"a"}', "duplicate_field", "model"],
    ['{"model":"a","mod\\u0065l":"b"}', "duplicate_field", "model"],
    ['{"model":"a","stream":true,"stream":true}', "duplicate_field", "stream"],
    ['{"model":1,"x":0,"model":"b"}', "duplicate_field", "model"],
  ])("%s is %s about %s", (text, code, param) => {
    expect(() => JSON.parse(text)).not.toThrow();
    const error = thrownBy(() => scanCall(bytesOf(text)));
    expect([error.code, error.param]).toEqual([code, param]);
  });
});

describe("scanCall at its limits", () => {
  test("takes 512 levels and refuses 520, naming the limit", () => {
    expect(scanCall(bytesOf(nest(512))).model).toBe("m");
    const error = thrownBy(() => scanCall(bytesOf(nest(520))));
    expect(error.code).toBe("invalid_json");
    expect(error.message).toContain("the limit of 512 levels");
  });

  test.each([
    ["arrays", "[", "]"],
    ["objects", '{"a":', "}"],
    ["arrays never closed", "[", ""],
  ])("refuses a million nested %s without overflowing the stack", (_, open, close) => {
    const text = `{"model":"m","x":${open.repeat(1_000_000)}0${close.repeat(1_000_000)}}`;
    expect(thrownBy(() => scanCall(bytesOf(text))).code).toBe("invalid_json");
  });

  test("is none the worse for a refused body: the next one is read as ever", () => {
    const deepMix = `{"model":"m","x":${'[{"a":'.repeat(250)}!`;
    expect(thrownBy(() => scanCall(bytesOf(deepMix))).code).toBe("invalid_json");
    expect(scanCall(bytesOf(nest(500))).model).toBe("m");
  });

  test("finds the model behind 200,000 keys", () => {
    const keys = Array.from({ length: 200_000 }, (_, index) => `"model${index}":${index}`).join(",");
    const text = `{${keys},"model":"last"}`;
    const call = scanCall(bytesOf(text));
    expect(call.model).toBe("last");
    expect(text.slice(call.modelStart, call.modelEnd)).toBe('"last"');
  });

  test("reads a model name of a megabyte", () => {
    const name = "é".repeat(500_000);
    expect(scanCall(bytesOf(JSON.stringify({ model: name }))).model).toBe(name);
  });
});
