import { isObject, toList, toNumber, toObject } from "../dialects/fields.ts";

const parseOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

type Ask = (request: Request) => Response | Promise<Response>;

const claude = /\/publishers\/anthropic\/models\/([^/:]+):(?:stream)?rawPredict$/i;

/** The path where Vertex counts the tokens of any Claude; such a body keeps its model. */
const counting = "count-tokens";

const toMessages = async (request: Request, model: string): Promise<Request> => {
  const body: unknown = await request.json();
  const isCount = model === counting;
  const path = isCount ? "/v1/messages/count_tokens" : "/v1/messages";
  const { anthropic_version: _, ...rest } = isObject(body) ? body : {};
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return new Request(new URL(path, request.url), {
    method: request.method,
    headers,
    body: JSON.stringify(isCount ? rest : { model, ...rest }),
    signal: request.signal,
  });
};

const predict = /\/publishers\/google\/models\/[^/:]+:(?=predict$)/;

const toBatch = async (request: Request): Promise<Request> => {
  const body = toObject(await request.json());
  const embedContentConfig = body?.["parameters"];
  const requests = toList(body?.["instances"]).map((instance) => {
    const { content, task_type: taskType, title } = toObject(instance) ?? {};
    return { content: { parts: [{ text: content }] }, taskType, title, embedContentConfig };
  });
  const url = new URL(request.url);
  url.pathname = url.pathname.replace(/predict$/, "batchEmbedContents");
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return new Request(url, {
    method: request.method,
    headers,
    body: JSON.stringify({ requests }),
    signal: request.signal,
  });
};

/** A reply that holds no embeddings, as a failure or what a fault made of it, goes as it came. */
const toPredictions = async (response: Response): Promise<Response> => {
  if (!response.ok) return response;
  const { status, headers } = response;
  const text = await response.text();
  const body = toObject(parseOrNull(text));
  headers.delete("content-length");
  if (!Array.isArray(body?.["embeddings"])) return new Response(text, { status, headers });
  const embeddings = toList(body["embeddings"]);
  const tokens = toNumber(toObject(body["usageMetadata"])?.["promptTokenCount"]) ?? 0;
  const share = Math.floor(tokens / embeddings.length);
  const predictions = embeddings.map((embedding, index) => ({
    embeddings: {
      ...toObject(embedding),
      // The mock counts them together.
      statistics: { truncated: false, token_count: index === 0 ? tokens - share * (embeddings.length - 1) : share },
    },
  }));
  return Response.json({ predictions }, { status, headers });
};

/**
 * Lets a mock be asked as Vertex AI is: Claude there is the Messages API with the model in the path and the version in
 * the body; Gemini is the Gemini API as it is, but for `:predict`, which makes embeddings.
 */
export const fromVertex =
  (ask: Ask): Ask =>
  (request) => {
    const { pathname } = new URL(request.url);
    const model = claude.exec(pathname)?.[1];
    if (model !== undefined) return toMessages(request, decodeURIComponent(model)).then(ask);
    return predict.test(pathname) ? toBatch(request).then(ask).then(toPredictions) : ask(request);
  };
