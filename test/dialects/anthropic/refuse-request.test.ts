import { expect, test } from "bun:test";
import { read, thrownBy } from "./make.ts";

const hi = [{ role: "user", content: "Hi" }];
const says = (...content: readonly unknown[]) => ({ messages: [{ role: "user", content }] });
const answers = (...content: readonly unknown[]) => ({ messages: [...hi, { role: "assistant", content }] });
const shows = (source: unknown) => says({ type: "image", source });
const tool = { name: "f", input_schema: { type: "object" } };
const use = { type: "tool_use", id: "a", name: "f", input: {} };

const refused: readonly (readonly [string, object, string])[] = [
  ["no messages", { messages: undefined }, "messages"],
  ["messages that are no list", { messages: "Hi" }, "messages"],
  ["an empty list of messages", { messages: [] }, "messages"],
  ["a message that is none", { messages: ["Hi"] }, "messages[0]"],
  ["an unknown role", { messages: [{ role: "tool", content: "x" }] }, "messages[0].role"],
  ["no role", { messages: [{ content: "x" }] }, "messages[0].role"],
  ["no content", { messages: [{ role: "user" }] }, "messages[0].content"],
  ["content that is a number", { messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
  ["a user who says nothing", { messages: [{ role: "user", content: "" }] }, "messages[0].content"],
  ["a user's empty list", says(), "messages[0].content"],
  ["a block that is none", says("x"), "messages[0].content[0]"],
  ["a block without a type", says({ text: "x" }), "messages[0].content[0].type"],
  ["another dialect's block", says({ type: "image_url" }), "messages[0].content[0].type"],
  ["an empty text", says({ type: "text", text: "" }), "messages[0].content[0].text"],
  ["a text that is a number", says({ type: "text", text: 1 }), "messages[0].content[0].text"],
  ["thinking of the user's", says({ type: "thinking" }), "messages[0].content[0].type"],
  ["a result of the assistant's", answers({ type: "tool_result" }), "messages[1].content[0].type"],
  ["a call of the user's", says(use), "messages[0].content[0].type"],
  ["thinking without its text", answers({ type: "thinking" }), "messages[1].content[0].thinking"],
  ["a call without an id", answers({ ...use, id: undefined }), "messages[1].content[0].id"],
  ["input that is a text", answers({ ...use, input: "{}" }), "messages[1].content[0].input"],
  [
    "a citation that is none",
    answers({ type: "text", text: "a", citations: [1] }),
    "messages[1].content[0].citations[0]",
  ],
  ["an image without a source", says({ type: "image" }), "messages[0].content[0].source"],
  ["an image from nowhere", shows({ type: "ftp" }), "messages[0].content[0].source.type"],
  [
    "an image of a type that is none",
    shows({ type: "base64", media_type: "image/bmp", data: "aaaa" }),
    "messages[0].content[0].source.media_type",
  ],
  [
    "an image that is a data URL",
    shows({ type: "base64", media_type: "image/png", data: "data:image/png;base64,aaaa" }),
    "messages[0].content[0].source.data",
  ],
  [
    "an empty image",
    shows({ type: "base64", media_type: "image/png", data: "" }),
    "messages[0].content[0].source.data",
  ],
  ["an image's URL that is none", shows({ type: "url", url: "a.png" }), "messages[0].content[0].source.url"],
  [
    "a document of another type than PDF",
    says({ type: "document", source: { type: "base64", media_type: "text/csv", data: "aaaa" } }),
    "messages[0].content[0].source.media_type",
  ],
  ["a document from nowhere", says({ type: "document", source: { type: "x" } }), "messages[0].content[0].source.type"],
  ["a result without a call", says({ type: "tool_result", tool_use_id: "a" }), "messages[0].content[0].tool_use_id"],
  [
    "a result of a call before the last turn",
    {
      messages: [
        ...hi,
        { role: "assistant", content: [use] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a" }] },
        { role: "assistant", content: "ok" },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a" }] },
      ],
    },
    "messages[4].content[0].tool_use_id",
  ],
  ["a call left without its result", { messages: [...hi, { role: "assistant", content: [use] }, ...hi] }, "messages"],
  [
    "a call left without its result before another turn",
    { messages: [...hi, { role: "assistant", content: [use] }, ...hi, { role: "assistant", content: "x" }] },
    "messages[3]",
  ],
  [
    "a system message with an image",
    { messages: [...hi, { role: "system", content: [{ type: "image" }] }] },
    "messages[1].content[0].type",
  ],
  ["a system field that is a number", { system: 5 }, "system"],
  ["a system block that is no text", { system: [{ type: "image" }] }, "system[0].type"],
  ["no limit", { max_tokens: undefined }, "max_tokens"],
  ["a limit that is a text", { max_tokens: "5" }, "max_tokens"],
  ["a limit below nothing", { max_tokens: -1 }, "max_tokens"],
  ["a temperature above 1", { temperature: 1.5 }, "temperature"],
  ["a top_p above 1", { top_p: 2 }, "top_p"],
  ["a stop sequence that is a number", { stop_sequences: [1] }, "stop_sequences[0]"],
  ["one stop sequence, not in a list", { stop_sequences: "END" }, "stop_sequences"],
  ["a tier of another dialect", { service_tier: "flex" }, "service_tier"],
  ["a cache that lasts for ever", { cache_control: { type: "ephemeral", ttl: "1d" } }, "cache_control.ttl"],
  [
    "a cache of another kind",
    { system: [{ type: "text", text: "a", cache_control: { type: "x" } }] },
    "system[0].cache_control.type",
  ],
  ["thinking of an unknown kind", { thinking: { type: "hard" } }, "thinking.type"],
  ["thinking without a kind", { thinking: {} }, "thinking.type"],
  ["a budget too low", { thinking: { type: "enabled", budget_tokens: 100 } }, "thinking.budget_tokens"],
  ["no budget", { thinking: { type: "enabled" } }, "thinking.budget_tokens"],
  ["a budget above the limit", { thinking: { type: "enabled", budget_tokens: 1024 } }, "thinking.budget_tokens"],
  ["an unknown effort", { output_config: { effort: "minimal" } }, "output_config.effort"],
  ["a format of another dialect", { output_config: { format: { type: "json_object" } } }, "output_config.format.type"],
  [
    "a schema that is a text",
    { output_config: { format: { type: "json_schema", schema: "{}" } } },
    "output_config.format.schema",
  ],
  ["a tool without a name", { tools: [{ input_schema: { type: "object" } }] }, "tools[0].name"],
  ["a tool without a schema", { tools: [{ name: "f" }] }, "tools[0].input_schema"],
  ["a tool whose schema is a text", { tools: [{ name: "f", input_schema: "{}" }] }, "tools[0].input_schema"],
  [
    "a tool whose schema is no object's",
    { tools: [{ name: "f", input_schema: { type: "string" } }] },
    "tools[0].input_schema.type",
  ],
  ["two tools of one name", { tools: [tool, tool] }, "tools[1].name"],
  ["a choice of another dialect", { tools: [tool], tool_choice: "auto" }, "tool_choice"],
  ["an unknown choice", { tools: [tool], tool_choice: { type: "required" } }, "tool_choice.type"],
  [
    "a choice of a tool that is not there",
    { tools: [tool], tool_choice: { type: "tool", name: "g" } },
    "tool_choice.name",
  ],
  ["a choice without tools", { tool_choice: { type: "any" } }, "tool_choice"],
];

test.each(refused)("%s: refused, with its place", (_, fields, param) => {
  const { code, param: found, message } = thrownBy(() => read({ messages: hi, ...fields }));
  expect(["invalid_request", "missing_required_parameter"]).toContain(code);
  expect(found).toBe(param);
  expect(message).toContain(
    param
      .split(".")
      .at(-1)!
      .replace(/\[\d+\]$/, ""),
  );
});
