import { ProxyError } from "../errors.ts";

/** One whole event; `type` is the empty string when it has none. */
export interface SseEvent {
  readonly type: string;
  readonly data: string;
}

export interface SseParser {
  /** Takes bytes as they arrived, cut anywhere, also inside a character. */
  readonly push: (bytes: Uint8Array) => void;
}

/** The longest event, in characters: an image in base64 fits, an endless line does not. */
const maxEventChars = 33_554_432;

/**
 * Parses a stream of server-sent events and gives each to `emit` when its blank line has come.
 *
 * Takes LF, CRLF and CR as line ends, a byte order mark, comments, `data` in several lines and with or without its space.
 * An event whose blank line never comes is never given.
 *
 * @throws {ProxyError} `upstream_invalid_response` - an event longer than 32 Mi characters
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export const createSseParser = (emit: (event: SseEvent) => void): SseParser => {
  const decoder = new TextDecoder();
  let rest = "";
  let type = "";
  let data: string | null = null;
  let chars = 0;
  let skipLf = false;

  const line = (text: string): void => {
    if (text === "") {
      const event = data === null ? null : { type, data };
      type = "";
      data = null;
      chars = 0;
      if (event !== null) emit(event);
      return;
    }
    if (text.startsWith("data:")) {
      const value = text.slice(text.charCodeAt(5) === 0x20 ? 6 : 5);
      data = data === null ? value : `${data}\n${value}`;
    } else if (text.startsWith("event:")) type = text.slice(text.charCodeAt(6) === 0x20 ? 7 : 6);
    else if (text === "data") data = data === null ? "" : `${data}\n`;
    else if (text === "event") type = "";
    else return;
    chars += text.length;
    if (chars > maxEventChars) throw tooLong();
  };

  return {
    push: (bytes) => {
      let text = decoder.decode(bytes, { stream: true });
      if (skipLf && text !== "") {
        if (text.startsWith("\n")) text = text.slice(1);
        skipLf = false;
      }
      if (rest.length + text.length > maxEventChars) throw tooLong();
      if (text.includes("\r")) {
        skipLf = text.endsWith("\r");
        text = text.replaceAll(/\r\n?/g, "\n");
      }
      // What is held is not looked through again: a long event would cost the square of its length.
      let from = 0;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
        line(rest + text.slice(from, end));
        rest = "";
        from = end + 1;
      }
      rest += text.slice(from);
    },
  };
};

const tooLong = (): ProxyError =>
  new ProxyError(
    "upstream_invalid_response",
    `The upstream sent an event longer than ${maxEventChars.toLocaleString("en-US")} characters`,
  );

/** Writes an event; `data` holds no line end, as a JSON text written by `JSON.stringify` does not. */
export const writeSse = (data: string, type = ""): string =>
  type === "" ? `data: ${data}\n\n` : `event: ${type}\ndata: ${data}\n\n`;
