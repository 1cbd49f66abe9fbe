// The official `openai` SDK, responses.
import OpenAI from "openai";
import { ResponsesToolRunner, runnerFunction } from "openai/helpers/responses-tool-runner";
import { zodResponsesFunction, zodTextFormat } from "openai/helpers/zod";
import { toResponseInputItems } from "openai/lib/responses/ResponseInputItems";
import type { Response, ResponseInputItem } from "openai/resources/responses/responses";
import { figures, limit } from "../../support/dialects/scripted.ts";
import {
  city,
  clientKey,
  followUp,
  document,
  image,
  instructions,
  place,
  question,
  runWeather,
  weather,
  type Client,
  type Question,
  type Seen,
} from "./client.ts";
import { readOpenaiError } from "./openai-errors.ts";

const userItem = (hasMedia = false): ResponseInputItem => ({
  role: "user",
  content: hasMedia
    ? [
        { type: "input_text", text: question },
        { type: "input_image", image_url: image.url, detail: "auto" },
        { type: "input_file", filename: document.name, file_data: document.url },
      ]
    : question,
});

const thoughtsOf = ({ output }: Response): string =>
  output
    .flatMap((item) => (item.type === "reasoning" ? [...item.summary, ...(item.content ?? [])] : []))
    .map(({ text }) => text)
    .join("");

const refusalOf = ({ output }: Response): string | null =>
  output
    .flatMap((item) => (item.type === "message" ? item.content : []))
    .flatMap((part) => (part.type === "refusal" ? part.refusal : []))[0] ?? null;

const parsedOf = (response: Response): unknown => ("output_parsed" in response ? response.output_parsed : null);

const askAtGateway = async (url: string, asked: Question): Promise<Seen> => {
  const { model, isStream, hasMedia, hasTool, hasSchema, thinks, isShort, signal } = asked;
  const sdk = new OpenAI({ baseURL: `${url}/v1`, apiKey: clientKey, maxRetries: 0 });
  const input = [userItem(hasMedia)];
  const params = {
    model,
    input,
    instructions,
    store: false,
    ...(isShort && { max_output_tokens: limit }),
    ...(thinks && {
      reasoning: { effort: "medium" as const, summary: "auto" as const },
      include: ["reasoning.encrypted_content" as const],
    }),
    ...(hasSchema && { text: { format: zodTextFormat(city, "city") } }),
  };
  const options = { ...(signal && { signal }) };
  const thoughts: string[] = [];
  let last: Response;

  /** The tool runner makes the turns itself. */
  const run = async (): Promise<void> => {
    const tool = zodResponsesFunction({ ...weather, parameters: place, function: runWeather });
    const runner = new ResponsesToolRunner({ functions: [runnerFunction(tool)] });
    for await (const { response } of runner.iterate(sdk, params, { stream: isStream })) {
      thoughts.push(thoughtsOf(response));
      last = response;
    }
  };
  const once = async (): Promise<void> => {
    if (isStream) last = await sdk.responses.stream(params, options).finalResponse();
    else last = hasSchema ? await sdk.responses.parse(params, options) : await sdk.responses.create(params, options);
    thoughts.push(thoughtsOf(last));
  };
  await (hasTool ? run() : once());
  if (asked.isTwice === true) {
    input.push(...toResponseInputItems(last!.output), { role: "user", content: followUp });
    await once();
  }
  return {
    text: last!.output_text,
    thoughts: thoughts.join(""),
    usage: last!.usage,
    finish: last!.incomplete_details?.reason ?? last!.status,
    parsed: parsedOf(last!),
    refusal: refusalOf(last!),
  };
};

export const openaiResponsesClient: Client = {
  name: "openai responses",
  dialect: "openai-responses",
  ask: askAtGateway,
  readError: readOpenaiError,
  usage: (written) => ({
    input_tokens: figures.input,
    input_tokens_details: { cached_tokens: figures.cached, ...(written > 0 && { cache_write_tokens: written }) },
    output_tokens: figures.output,
    output_tokens_details: { reasoning_tokens: figures.reasoning },
    total_tokens: figures.input + figures.output,
  }),
  cutShort: "max_output_tokens",
  refused: "content_filter",
};
