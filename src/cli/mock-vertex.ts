import { isObject } from "../dialects/fields.ts";

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

/**
 * Lets a mock be asked as Vertex AI is: Claude there is the Messages API with the model in the path and the version in
 * the body; Gemini is the Gemini API as it is.
 */
export const fromVertex =
  (ask: Ask): Ask =>
  (request) => {
    const model = claude.exec(new URL(request.url).pathname)?.[1];
    return model === undefined ? ask(request) : toMessages(request, decodeURIComponent(model)).then(ask);
  };
