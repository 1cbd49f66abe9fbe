export const eventStream = "text/event-stream; charset=utf-8";

/** One SSE event without a name, as OpenAI chat and Gemini send. */
export const toData = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;

interface NamedEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** One SSE event named after its `type`, as Anthropic and the OpenAI Responses API send. */
export const toNamedEvent = (body: NamedEvent): string => `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;

/** Stands in a template where each delta's text goes; a text no template holds elsewhere. */
export const hole = "\u0000delta\u0000";
const holeJson = JSON.stringify(hole);

/**
 * Makes SSE events that differ in one text: the body is turned into JSON once, each event only its text.
 *
 * The body holds `hole` where the text goes, after every text that comes from the client.
 */
export const createDeltas = (body: object): ((text: string) => string) => {
  const json = toData(body);
  const at = json.lastIndexOf(holeJson);
  const head = json.slice(0, at);
  const tail = json.slice(at + holeJson.length);
  return (text) => head + JSON.stringify(text) + tail;
};
