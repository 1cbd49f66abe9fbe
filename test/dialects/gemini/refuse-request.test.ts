import { expect, test } from "bun:test";
import { read, thrownBy } from "./make.ts";

const user = { role: "user", parts: [{ text: "Hi" }] };
const parts = (...list: readonly object[]) => ({ contents: [{ role: "user", parts: list }] });
const config = (generationConfig: object) => ({ contents: [user], generationConfig });
const tools = (...functionDeclarations: readonly object[]) => ({ contents: [user], tools: [{ functionDeclarations }] });
const model = (...list: readonly object[]) => ({ role: "model", parts: list });
const called = model({ functionCall: { name: "f" } }, { functionCall: { name: "g" } });
const answer = (name: string, rest: object = {}) => ({
  role: "user",
  parts: [{ functionResponse: { name, response: {}, ...rest } }],
});
const at = "contents[0].parts[0]";

test.each([
  [{}, "contents", "contents is not specified"],
  [{ contents: [] }, "contents", "contents is not specified"],
  [{ contents: "Hi" }, "contents", "wanted an array, got a string"],
  [{ contents: [1] }, "contents[0]", "wanted an object"],
  [{ contents: [{ role: "assistant", parts: [{ text: "" }] }] }, "contents[0].role", "'user', 'model'"],
  [{ contents: [{ role: "user" }] }, "contents[0].parts", "must not be empty"],
  [{ contents: [{ role: "model", parts: [] }] }, "contents[0].parts", "must not be empty"],
  [parts({}), at, "must have one initialized field"],
  [parts({ text: "a", inlineData: {} }), at, "one of text, inlineData"],
  [parts({ text: 1 }), `${at}.text`, "wanted a string, got a number"],
  [parts({ inlineData: { data: "AAAA" } }), `${at}.inlineData.mimeType`, "Missing required parameter"],
  [parts({ inlineData: { mimeType: "png", data: "AAAA" } }), `${at}.inlineData.mimeType`, "wanted a MIME type"],
  [
    parts({ inlineData: { mimeType: "image/png", data: "https://a" } }),
    `${at}.inlineData.data`,
    "Base64 decoding failed",
  ],
  [parts({ inlineData: { mimeType: "image/png", data: "" } }), `${at}.inlineData.data`, "Base64 decoding failed"],
  [parts({ fileData: { fileUri: "x.png" } }), `${at}.fileData.fileUri`, "wanted a URI"],
  [parts({ functionCall: { name: "f" } }), `${at}.functionCall`, "the turn of the model"],
  [parts({ functionResponse: { name: "f" } }), `${at}.functionResponse`, "no function call"],
  [{ contents: [called, answer("h")] }, "contents[1].parts[0].functionResponse", "no function call"],
  [{ contents: [called, answer("f")] }, "contents[1]", "number of function response parts"],
  [{ contents: [called, answer("f"), answer("f")] }, "contents[2].parts[0].functionResponse", "no function call"],
  [{ contents: [called, user] }, "contents[1]", "number of function response parts"],
  [{ contents: [called, answer("f"), model({ text: "x" })] }, "contents[2]", "number of function response parts"],
  [
    { contents: [called, answer("f", { response: [] })] },
    "contents[1].parts[0].functionResponse.response",
    "wanted an object",
  ],
  [{ contents: [model({ functionCall: {} })] }, `${at}.functionCall.name`, "Missing required parameter"],
  [{ contents: [model({ functionCall: { name: "f", args: "{}" } })] }, `${at}.functionCall.args`, "wanted an object"],
  [{ contents: [model({ functionResponse: { name: "f" } })] }, `${at}.functionResponse`, "the turn of the user"],
  [{ contents: [user], systemInstruction: "Be brief." }, "systemInstruction", "wanted an object, got a string"],
  [
    { contents: [user], systemInstruction: { parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] } },
    "systemInstruction.parts[0].text",
    "Missing required parameter",
  ],
  [config({ temperature: "1" }), "generationConfig.temperature", "wanted a number, got a string"],
  [config({ maxOutputTokens: 1.5 }), "generationConfig.maxOutputTokens", "wanted an integer"],
  [config({ stopSequences: ["1", "2", "3", "4", "5", "6"] }), "generationConfig.stopSequences", "at most 5"],
  [config({ stopSequences: [1] }), "generationConfig.stopSequences[0]", "wanted a string"],
  [config({ logprobs: 2 }), "generationConfig.logprobs", "responseLogprobs"],
  [config({ responseMimeType: "image/png" }), "generationConfig.responseMimeType", "allowed mimetypes"],
  [config({ responseSchema: { type: "OBJECT" } }), "generationConfig.responseMimeType", "application/json"],
  [
    config({ responseMimeType: "application/json", responseSchema: {}, responseJsonSchema: {} }),
    "generationConfig.responseJsonSchema",
    "not both",
  ],
  [
    config({ responseMimeType: "application/json", responseJsonSchema: "{}" }),
    "generationConfig.responseJsonSchema",
    "wanted an object",
  ],
  [
    config({ thinkingConfig: { thinkingLevel: "EXTREME" } }),
    "generationConfig.thinkingConfig.thinkingLevel",
    "'extreme'",
  ],
  [
    config({ thinkingConfig: { thinkingLevel: "LOW", thinkingBudget: 1 } }),
    "generationConfig.thinkingConfig",
    "only set one",
  ],
  [tools({}), "tools[0].functionDeclarations[0].name", "Missing required parameter"],
  [tools({ name: "f" }, { name: "f" }), "tools[0].functionDeclarations[1].name", "Duplicate function declaration"],
  [tools({ name: "f", parameters: [] }), "tools[0].functionDeclarations[0].parameters", "wanted an object"],
  [
    tools({ name: "f", parameters: {}, parametersJsonSchema: {} }),
    "tools[0].functionDeclarations[0].parametersJsonSchema",
    "not both",
  ],
  [
    { ...tools({ name: "f" }), toolConfig: { functionCallingConfig: { mode: "SOME" } } },
    "toolConfig.functionCallingConfig.mode",
    "'SOME'",
  ],
  [
    { ...tools({ name: "f" }), toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["g"] } } },
    "toolConfig.functionCallingConfig.allowedFunctionNames[0]",
    "no function g",
  ],
  [
    { ...tools({ name: "f" }), toolConfig: { functionCallingConfig: { mode: "AUTO", allowedFunctionNames: ["f"] } } },
    "toolConfig.functionCallingConfig.allowedFunctionNames",
    "mode is ANY",
  ],
  [{ contents: [user], serviceTier: 1 }, "serviceTier", "wanted a string"],
  [{ contents: [user], store: "no" }, "store", "wanted a boolean"],
] as const)("%j is refused at %s", (body, param, message) => {
  const error = thrownBy(() => read(body));
  expect(error.param).toBe(param);
  expect(error.message).toContain(message);
  expect(["invalid_request", "missing_required_parameter"]).toContain(error.code);
});

test("a history that ends in a call is taken", () => {
  expect(read({ contents: [user, called] }).messages).toHaveLength(2);
});
