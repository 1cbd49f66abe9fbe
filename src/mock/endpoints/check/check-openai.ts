import type { JsonObject } from "../../../dialects/conversation.ts";
import { isObject, toList, toNumber, toText } from "../../../dialects/fields.ts";
import type { Failure } from "../../../dialects/reply.ts";
import type { Asked } from "../../asked.ts";
import { joined } from "../joined.ts";
import { refusal } from "./refusal.ts";
import { strictObjection } from "./strict-schema.ts";
import { textIn } from "../texts.ts";

type Check = (asked: Pick<Asked, "dialect" | "body" | "conversation">) => readonly Failure[];

const none: readonly Failure[] = [];

const nameForm = /^[a-zA-Z0-9_-]+$/;
const longestName = 64;

const checkName = (name: unknown, param: string): readonly Failure[] => {
  if (typeof name !== "string") return [];
  if (name.length > longestName) {
    const message = `Invalid '${param}': string too long. Expected a string with maximum length ${longestName}, but got a string with length ${name.length} instead.`;
    return [refusal(param, message, "string_above_max_length")];
  }
  if (nameForm.test(name)) return [];
  const message = `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
  return [refusal(param, message, "invalid_value")];
};

const oneOf =
  (param: string, wanted: readonly string[]): Check =>
  ({ body }) => {
    const value = body[param];
    if (typeof value !== "string" || wanted.includes(value)) return none;
    const last = wanted.length - 1;
    const names = wanted.map((one, at) => `${at === last && at > 0 ? "and " : ""}'${one}'`).join(", ");
    return [refusal(param, `Invalid value: '${value}'. Supported values are: ${names}.`, "invalid_value")];
  };

/** @see npm `openai` 7.57.0, resources/shared.d.ts, `Metadata` */
const checkMetadata: Check = ({ body: { metadata } }) => {
  if (!isObject(metadata)) return none;
  const entries = Object.entries(metadata);
  if (entries.length > 16) {
    const message = `Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with ${entries.length} properties instead.`;
    return [refusal("metadata", message, "object_above_max_properties")];
  }
  return entries.flatMap(([key, value]) => {
    const param = `metadata.${key}`;
    if (typeof value !== "string") {
      return [
        refusal(
          param,
          `Invalid type for '${param}': expected a string, but got ${value === null ? "null" : `a ${typeof value}`} instead.`,
          "invalid_type",
        ),
      ];
    }
    if (key.length > 64)
      return [
        refusal(
          "metadata",
          `Invalid 'metadata': a key is ${key.length} characters, at most 64 are taken.`,
          "string_above_max_length",
        ),
      ];
    if (value.length <= 512) return [];
    const message = `Invalid '${param}': string too long. Expected a string with maximum length 512, but got a string with length ${value.length} instead.`;
    return [refusal(param, message, "string_above_max_length")];
  });
};

const checkLogitBias: Check = ({ body }) => {
  const bias = body["logit_bias"];
  if (!isObject(bias)) return none;
  const wrong = Object.entries(bias).find(([, value]) => Math.abs(toNumber(value) ?? Infinity) > 100);
  if (wrong === undefined) return [];
  return [
    refusal(
      "logit_bias",
      `Invalid value for 'logit_bias': the bias of '${wrong[0]}' is not between -100 and 100.`,
      "invalid_value",
    ),
  ];
};

/** A tool as both dialects write it: chat has its words one level deeper. */
interface WrittenTool {
  readonly tool: JsonObject;
  readonly at: string;
}

const toolsOf = ({ dialect, body }: Pick<Asked, "dialect" | "body">): readonly WrittenTool[] =>
  toList(body["tools"]).flatMap((tool, index) => {
    if (!isObject(tool) || tool["type"] !== "function") return [];
    const at = `tools[${index}]`;
    if (dialect === "openai-responses") return [{ tool, at }];
    return isObject(tool["function"]) ? [{ tool: tool["function"], at: `${at}.function` }] : [];
  });

const checkTool = ({ tool, at }: WrittenTool): readonly Failure[] => {
  const names = checkName(tool["name"], `${at}.name`);
  if (tool["strict"] !== true || !isObject(tool["parameters"])) return names;
  const objection = strictObjection(tool["parameters"]);
  if (objection === null) return names;
  const message = `Invalid schema for function '${toText(tool["name"]) ?? ""}': ${objection}`;
  return [...names, refusal(`${at}.parameters`, message, "invalid_function_parameters")];
};

const checkTools: Check = (asked) => {
  const { tools } = asked.body;
  if (tools === undefined) return none;
  if (asked.dialect === "openai-chat" && Array.isArray(tools) && tools.length === 0) {
    const message =
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    return [refusal("tools", message, "empty_array")];
  }
  return toolsOf(asked).flatMap(checkTool);
};

const checkFormat: Check = ({ dialect, body }) => {
  const isChat = dialect === "openai-chat";
  const text = body["text"];
  const format = isChat ? body["response_format"] : isObject(text) ? text["format"] : undefined;
  if (!isObject(format) || format["type"] !== "json_schema") return none;
  const said = isChat ? format["json_schema"] : format;
  if (!isObject(said)) return none;
  const names = checkName(said["name"], isChat ? "response_format.json_schema.name" : "text.format.name");
  if (said["strict"] !== true || !isObject(said["schema"])) return names;
  const objection = strictObjection(said["schema"]);
  if (objection === null) return names;
  const message = `Invalid schema for response_format '${toText(said["name"]) ?? ""}': ${objection}`;
  return [
    ...names,
    refusal(isChat ? "response_format" : "text.format.schema", message, isChat ? null : "invalid_json_schema"),
  ];
};

/** JSON without a schema is only made of messages that ask for it. */
const checkJsonWord: Check = ({ dialect, conversation }) => {
  if (conversation?.output?.kind !== "json" || conversation.previousResponseId !== null) return none;
  const hasWord = conversation.messages.some(
    (message) => message.role !== "tool" && /json/i.test(textIn(message.content)),
  );
  if (hasWord) return none;
  const [param, field] = dialect === "openai-chat" ? ["messages", "response_format"] : ["input", "text.format"];
  const message = `'${param}' must contain the word 'json' in some form, to use '${field}' of type 'json_object'.`;
  return [refusal(param ?? null, message)];
};

const checks: readonly Check[] = [
  checkTools,
  checkFormat,
  checkJsonWord,
  checkMetadata,
  checkLogitBias,
  oneOf("verbosity", ["low", "medium", "high"]),
  oneOf("service_tier", ["auto", "default", "flex", "scale", "priority", "fast"]),
];

/** What OpenAI refuses, in its words. @see https://platform.openai.com/docs/api-reference (read 2026-11-22) */
export const checkOpenAi: Check = (asked) => {
  let found = none;
  for (const check of checks) found = joined(found, check(asked));
  return found;
};
