import { isObject, maybeList, needList, needObject, needText, toText, wrongType } from "../dialects/fields.ts";
import { ProxyError } from "../errors.ts";
import { scanCall } from "../wire/scan.ts";

/** What a request to count tokens asks for. */
export interface TokenizeRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** Whether the texts are a list of the client's, with a count for each. */
  readonly isList: boolean;
  /** Tokens beside the texts: what sets chat messages apart. */
  readonly extraTokens: number;
  /** Whether the texts are all there is: no images and nothing whose writing the model's maker does not tell. */
  readonly isWhole: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** As many as the official service embeds at once. */
const maxInputs = 2048;

const decoder = new TextDecoder();

// How OpenAI's chat models write messages: https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken
const tokensPerMessage = 3;
const tokensPerName = 1;
const tokensOfPrimer = 3;

const partTypes = new Set(["text", "input_text", "output_text", "refusal"]);

/** Collects what of a chat is text. */
interface Gathered {
  readonly texts: string[];
  extraTokens: number;
  isWhole: boolean;
}

const gatherContent = (content: unknown, path: string, into: Gathered): void => {
  if (content === undefined || content === null) return;
  if (typeof content === "string") {
    into.texts.push(content);
    return;
  }
  if (!Array.isArray(content)) throw wrongType(path, "a string or an array", content);
  for (const [index, part] of content.entries()) {
    const { type, text, refusal } = needObject(part, `${path}[${index}]`);
    const said = toText(text) ?? toText(refusal);
    if (said !== null) into.texts.push(said);
    if (said === null || typeof type !== "string" || !partTypes.has(type)) into.isWhole = false;
  }
};

const gatherMessage = (value: unknown, path: string, into: Gathered): void => {
  const message = needObject(value, path);
  into.extraTokens += tokensPerMessage;
  into.texts.push(needText(message["role"], `${path}.role`));
  gatherContent(message["content"], `${path}.content`, into);
  if (typeof message["name"] === "string") {
    into.texts.push(message["name"]);
    into.extraTokens += tokensPerName;
  }
  for (const key of ["tool_calls", "function_call", "tool_call_id"]) {
    if (message[key] === undefined || message[key] === null) continue;
    into.texts.push(typeof message[key] === "string" ? message[key] : JSON.stringify(message[key]));
    into.isWhole = false;
  }
};

const readMessages = (model: string, body: Fields): TokenizeRequest => {
  const into: Gathered = { texts: [], extraTokens: tokensOfPrimer, isWhole: true };
  for (const [index, message] of needList(body["messages"], "messages").entries()) {
    gatherMessage(message, `messages[${index}]`, into);
  }
  const tools = maybeList(body["tools"], "tools");
  if (tools !== null && tools.length > 0) {
    into.texts.push(JSON.stringify(tools));
    into.isWhole = false;
  }
  return { model, isList: false, ...into };
};

const readInput = (model: string, input: unknown, path: string): TokenizeRequest => {
  const plain = { model, extraTokens: 0, isWhole: true };
  if (typeof input === "string") return { ...plain, texts: [input], isList: false };
  if (!Array.isArray(input)) throw wrongType(path, "a string or an array of strings", input);
  if (input.length > maxInputs) {
    const state = `'${path}' has ${input.length.toLocaleString("en-US")} texts`;
    throw new ProxyError("invalid_request", `${state}, the limit is ${maxInputs.toLocaleString("en-US")}`, {
      param: path,
    });
  }
  return { ...plain, texts: input.map((text, index) => needText(text, `${path}[${index}]`)), isList: true };
};

/** What a text goes by: our name and OpenAI's, vLLM's, and that of other servers. */
const inputNames = ["input", "prompt", "text"] as const;

const sources = ["messages", ...inputNames] as const;

/**
 * Reads the JSON body of a request to count tokens: a model, and either messages or a text or list of texts.
 *
 * Fields it does not know are left aside.
 *
 * @throws {ProxyError} `invalid_json`, `duplicate_field`, `missing_required_parameter`, `invalid_request` with the
 * field in `param`
 */
export const readTokenizeRequest = (bytes: Uint8Array): TokenizeRequest => {
  const { model } = scanCall(bytes);
  const parsed: unknown = JSON.parse(decoder.decode(bytes));
  const body: Fields = isObject(parsed) ? parsed : {};
  const given = sources.filter((name) => body[name] !== undefined && body[name] !== null);
  const [source, other] = given;
  if (source === undefined) {
    throw new ProxyError("missing_required_parameter", "The request has neither 'input' nor 'messages'", {
      param: "input",
    });
  }
  if (other !== undefined) {
    throw new ProxyError("invalid_request", `The request has both '${source}' and '${other}'; send one of them`, {
      param: other,
    });
  }
  return source === "messages" ? readMessages(model, body) : readInput(model, body[source], source);
};
