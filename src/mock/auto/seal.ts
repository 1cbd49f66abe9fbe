// The mock's seal on its own thinking, in the words of each dialect, and what a service does to a client that brings back
// another. Nothing is kept between requests: a seal holds all that it takes to know it again.
import type { Conversation, DialectName, OutputPart, Reasoning, Signature } from "../../dialects/conversation.ts";
import { toObject, toText } from "../../dialects/fields.ts";
import { ProxyError } from "../../errors.ts";

const hashOf = (text: string): string => Bun.hash.xxHash64(text, 0x71_6cn).toString(16).padStart(16, "0");

/** What a seal holds: the id and the text it is of, and that it was made here. */
const contentOf = (id: string, text: string): string => {
  const content = `mock:${id}:${hashOf(text)}`;
  return `${content}:${hashOf(content)}`;
};

/** Base64, because Gemini's clients take a seal for bytes. */
const toSeal = (id: string, text: string): string => Buffer.from(contentOf(id, text)).toString("base64");

/** The id in a seal that the mock made for this text; null for any other. */
const openSeal = (seal: string, text: string): string | null => {
  const content = Buffer.from(seal, "base64").toString();
  const id = content.split(":")[1] ?? "";
  return content === contentOf(id, text) ? id : null;
};

const format = "qlite-mock-v1";

/** Seals what was thought; `id` is told apart from all others of its stream of requests. */
export const sealReasoning = (
  by: DialectName,
  id: string,
  { text, isSummary }: Pick<Reasoning, "text" | "isSummary">,
): Signature => {
  const seal = toSeal(id, text);
  switch (by) {
    case "openai-chat": {
      const type = isSummary ? "reasoning.summary" : "reasoning.text";
      return { by, value: JSON.stringify({ format, signature: seal, type }) };
    }
    case "openai-responses":
      return { by, value: JSON.stringify({ id, encrypted_content: seal }) };
    case "anthropic":
    case "gemini":
    case "bedrock-converse":
      return { by, value: seal };
  }
};

const parseValue = (value: string) => {
  try {
    return toObject(JSON.parse(value));
  } catch {
    return null;
  }
};

/** The seal itself, out of what its dialect wraps around it. */
const sealOf = ({ by, value }: Signature): string => {
  if (by === "openai-chat") return toText(parseValue(value)?.["signature"]) ?? "";
  return by === "openai-responses" ? (toText(parseValue(value)?.["encrypted_content"]) ?? "") : value;
};

/** Whether a seal says that it was made here, true or not. */
const claimsMock = (signature: Signature): boolean =>
  Buffer.from(sealOf(signature), "base64").toString().startsWith("mock:");

const isOfMock = ({ by, value }: Signature, text: string): boolean => {
  // Gemini's is of what was thought, on whatever part it comes back.
  if (by === "gemini") return openSeal(value, "") !== null;
  if (by === "openai-chat") return openSeal(toText(parseValue(value)?.["signature"]) ?? "", text) !== null;
  if (by !== "openai-responses") return openSeal(value, text) !== null;
  const parsed = parseValue(value);
  const id = openSeal(toText(parsed?.["encrypted_content"]) ?? "", text);
  // Some clients bring an item without its id; one with it has to be the item that was sealed.
  return id !== null && id === (toText(parsed?.["id"]) ?? id);
};

/** Whose seals are taken: the mock's, or those of services too, which only they could judge. */
export type Takes = "own" | "any";

/** Whether the service would go on from this part. Anthropic alone takes no thinking without a seal; an empty one is none. */
const isTaken = (part: OutputPart, dialect: DialectName, takes: Takes): boolean => {
  if (part.kind !== "reasoning" && part.kind !== "tool_call") return true;
  if (part.signature === null || part.signature.value === "")
    return part.kind === "tool_call" || dialect !== "anthropic";
  if (part.signature.by !== dialect) return false;
  if (takes === "any" && !claimsMock(part.signature)) return true;
  return isOfMock(part.signature, part.kind === "reasoning" ? part.text : "");
};

const refusals: Readonly<Record<DialectName, readonly [param: string, message: string]>> = {
  "openai-chat": [
    "messages",
    "Invalid signature in 'reasoning_details': it was not made here, or its text was changed",
  ],
  "openai-responses": [
    "input",
    "The encrypted content of a reasoning item could not be verified. Reason: Encrypted content could not be decrypted or parsed.",
  ],
  anthropic: ["messages", "Invalid `signature` in `thinking` block"],
  gemini: ["contents", "Corrupted thought signature."],
  "bedrock-converse": ["messages", "Invalid signature in a reasoning block"],
};

/**
 * Refuses thinking that the mock has not sealed, or that was changed since. Where recordings or a provider answer, the
 * seals of services are taken.
 *
 * @throws {ProxyError} `invalid_request`
 */
export const checkSeals = ({ messages, native: { dialect } }: Conversation, takes: Takes): void => {
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    if (message.content.every((part) => isTaken(part, dialect, takes))) continue;
    const [param, text] = refusals[dialect];
    throw new ProxyError("invalid_request", text, { param });
  }
};
