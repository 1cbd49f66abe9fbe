// A recorded request, sent once more.
import type { Asked } from "../../mock/asked.ts";
import { isObject } from "../../dialects/fields.ts";
import { conversationOf, dialectOf, factsOf } from "../dialect-of.ts";
import type { Interaction, RecordedRequest } from "../file/interaction.ts";
import type { Keys } from "../key/key.ts";
import type { Outcome, SendAndKeep } from "../record/record.ts";

const hasFile = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.some(hasFile);
  return isObject(value) && typeof value["sha256"] === "string";
};

const toAsked = (request: RecordedRequest, headers: Headers): Asked => {
  const { model, stream } = factsOf(request);
  return {
    method: request.method,
    path: request.path,
    query: request.query,
    headers,
    body: request.body,
    endpoint: request.endpoint,
    dialect: dialectOf(request.endpoint)?.name ?? "openai-chat",
    says: new Set(),
    model: model === "" ? null : model,
    stream,
    conversation: conversationOf(request),
    user: () => "",
    system: () => "",
    provider: null,
    scope: "",
    ordinal: 0,
  };
};

/**
 * Sends a recorded request once more and gives what becomes of its answer; what is kept has the key, the prints and the
 * request it had.
 */
export const resend = async (
  { key, prints, request }: Interaction,
  cassette: string,
  keys: Keys,
  record: SendAndKeep,
): Promise<Outcome> => {
  if (Object.values(request.body).some(hasFile)) {
    return { kind: "refused", why: "the request has a file in it, of which only the hash is kept" };
  }
  const headers = new Headers(request.headers);
  const hasBody = request.method !== "GET";
  if (hasBody && !headers.has("content-type")) headers.set("content-type", "application/json");
  const asked = toAsked(request, headers);
  const sent = new Request("http://localhost/", {
    method: request.method,
    headers,
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  });
  const keyed = { ...keys.keyed(request), key, prints };
  const { said, outcome } = await record({ asked, keyed, known: [], cassette }, sent);
  if (said.body.kind === "stream") {
    const { writes } = said.body;
    while ((await writes.next()) !== null);
  }
  return outcome;
};
