import type { ClientDialectName } from "../../dialects/conversation.ts";
import { modelShapes, type ListedModel } from "../../dialects/model-list.ts";
import type { Endpoint } from "./endpoint.ts";
import { invalid } from "./fields.ts";
import { sayPlain } from "./say.ts";
import { createdAt } from "../seed.ts";

const openaiNames = ["gpt-6.1-sol", "gpt-5.4-mini", "gpt-4o-mini", "text-embedding-3-small"];

/** Models in the lists: names that the official SDKs' types hold today. Every other name is served just as well. */
const names: Readonly<Record<ClientDialectName, readonly string[]>> = {
  "openai-chat": openaiNames,
  "openai-responses": openaiNames,
  anthropic: ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5"],
  gemini: ["gemini-3.8-flash", "gemini-embedding-001"],
};

/** A model's name as it stands in a path. @throws {ProxyError} `invalid_request` - when its escapes are broken */
export const unescapeModel = (escaped: string): string => {
  if (!escaped.includes("%")) return escaped;
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw invalid("model", "the model in the path is not properly escaped");
  }
};

/** The model of a path such as `/v1beta/models/gemini-x:generateContent`: the last segment up to the last colon. */
export const modelOf = (path: string): string =>
  unescapeModel(path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf(":")));

/** The model id of `…/models/{id}`, slashes in it and all. */
const modelIn = (path: string): string => unescapeModel(path.slice(path.indexOf("/models/") + "/models/".length));

const toModel = (id: string): ListedModel => ({ id, provider: "qlite-mock", createdAt });

/** An endpoint that always answers the same JSON. */
export const createFixed = (dialect: ClientDialectName, toBody: (path: string) => object): Endpoint => ({
  name: "models",
  says: new Set(["json", "failure", "raw"]),
  isFixed: true,
  hear: ({ path }) => {
    const body = { ...toBody(path) };
    return {
      model: null,
      stream: false,
      conversation: null,
      user: () => "",
      system: () => "",
      auto: () => ({ kind: "json", status: 200, body }),
      say: (answer, { ids }) => sayPlain(answer, dialect, ids),
    };
  },
});

/** `GET …/models` in the shape of a dialect. */
export const createModels = (dialect: ClientDialectName): Endpoint =>
  createFixed(dialect, () => modelShapes[dialect].list(names[dialect].map(toModel)));

/** `GET …/models/{id}`: there is a model of every name. */
export const createModel = (dialect: ClientDialectName): Endpoint =>
  createFixed(dialect, (path) => modelShapes[dialect].one(toModel(modelIn(path))));
