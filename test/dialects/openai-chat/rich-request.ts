/** A request with all that OpenAI has words for, as the writer says it. */
export const richRequest = {
  messages: [
    { role: "system", content: "S", name: "s" },
    {
      role: "developer",
      content: [
        { type: "text", text: "D1" },
        { type: "text", text: "D2", prompt_cache_breakpoint: { mode: "explicit", ttl: "30m" } },
      ],
    },
    {
      role: "user",
      name: "ann",
      content: [
        { type: "text", text: "Look" },
        { type: "image_url", image_url: { url: "data:image/png;base64,iVBO", detail: "high" } },
        {
          type: "image_url",
          image_url: { url: "https://a.example/b.png" },
          prompt_cache_breakpoint: { mode: "explicit" },
        },
        { type: "input_audio", input_audio: { data: "UklG", format: "wav" } },
        { type: "file", file: { file_data: "data:application/pdf;base64,JVBE", filename: "a.pdf" } },
        { type: "file", file: { file_id: "file-1" } },
      ],
    },
    {
      role: "assistant",
      content: "Let me.",
      tool_calls: [
        { id: "c1", type: "function", function: { name: "f", arguments: '{"n":9007199254740993}' } },
        { id: "c2", type: "custom", custom: { name: "p", input: "aaa" } },
      ],
    },
    { role: "tool", tool_call_id: "c1", content: "1" },
    {
      role: "tool",
      tool_call_id: "c2",
      content: [
        { type: "text", text: "2" },
        { type: "text", text: "3" },
      ],
    },
    { role: "assistant", content: null, refusal: "No.", name: "bob" },
    { role: "user", content: "And now?" },
  ],
  tools: [
    {
      type: "function",
      function: { name: "f", description: "d", parameters: { type: "object", properties: {} }, strict: true },
    },
    {
      type: "custom",
      custom: { name: "p", format: { type: "grammar", grammar: { definition: "a+", syntax: "regex" } } },
    },
  ],
  tool_choice: {
    type: "allowed_tools",
    allowed_tools: { mode: "required", tools: [{ type: "custom", custom: { name: "p" } }] },
  },
  parallel_tool_calls: false,
  response_format: {
    type: "json_schema",
    json_schema: { name: "s", description: "d", schema: { type: "object" }, strict: true },
  },
  reasoning_effort: "xhigh",
  max_completion_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  seed: 7,
  n: 2,
  stop: ["a", "b"],
  presence_penalty: 1,
  frequency_penalty: -1,
  logprobs: true,
  top_logprobs: 2,
  logit_bias: { "1": -5 },
  verbosity: "low",
  service_tier: "flex",
  user: "u",
  metadata: { a: "b" },
  store: true,
  prompt_cache_key: "k",
  modalities: ["text", "audio"],
  web_search_options: {},
};
