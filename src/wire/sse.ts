import { ProxyError } from "../errors.ts";

/** One whole event; `type` is the empty string when it has none. */
export interface SseEvent {
  readonly type: string;
  readonly data: string;
}

export interface SseParser {
  /** Takes bytes as they arrived, cut anywhere, also inside a character. */
  readonly push: (bytes: Uint8Array) => void;
  /** Whether the next chunk begins with an event, and is text. */
  readonly isBetween: () => boolean;
}

/** The longest event, in characters: an image in base64 fits, an endless line does not. */
const maxEventChars = 33_554_432;

/** Whether a text is one whole event of nothing but data in one line, as most chunks are. */
const isOneLine = (text: string): boolean =>
  text.startsWith("data: ") && text.endsWith("\n\n") && text.indexOf("\n") === text.length - 2;

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

  const dispatch = (): void => {
    const event = data === null ? null : { type, data };
    type = "";
    data = null;
    chars = 0;
    if (event !== null) emit(event);
  };
  const addData = (value: string): void => {
    data = data === null ? value : `${data}\n${value}`;
  };
  /** Takes the line between `from` and `end`, in place: cut out first, an event took 0.49 us in place of 0.28. */
  const line = (text: string, from: number, end: number): void => {
    if (from === end) {
      dispatch();
      return;
    }
    if (text.startsWith("data:", from))
      addData(text.slice(text.charCodeAt(from + 5) === 0x20 ? from + 6 : from + 5, end));
    else if (text.startsWith("event:", from))
      type = text.slice(text.charCodeAt(from + 6) === 0x20 ? from + 7 : from + 6, end);
    else {
      const name = text.slice(from, end);
      if (name === "data") addData("");
      else if (name === "event") type = "";
      else return;
    }
    chars += end - from;
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
      if (rest === "" && data === null && isOneLine(text)) {
        data = text.slice(6, -2);
        dispatch();
        return;
      }
      // What is held is not looked through again: a long event would cost the square of its length.
      let from = 0;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
        if (rest === "") line(text, from, end);
        else {
          const whole = rest + text.slice(0, end);
          rest = "";
          line(whole, 0, whole.length);
        }
        from = end + 1;
      }
      if (from < text.length) rest += text.slice(from);
    },
    isBetween: () => rest === "" && type === "" && data === null && !skipLf,
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
