// Requests that are refused, and upstreams that fail, each with the code it is answered with.
import type { ErrorCode } from "../../src/errors.ts";
import { upstreamKey } from "../support/gateway.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";
import { json } from "../support/upstream-scripts.ts";

/** A chat, with further fields behind it. */
export const body = (extra = ""): string => `{"model":"gpt-5.4","messages":[{"role":"user","content":"hi"}]${extra}}`;

export const refusals: readonly [what: string, code: ErrorCode, param: string | null, text: string | Uint8Array][] = [
  ["a body cut short", "invalid_json", null, '{"model":"gpt-5.4"'],
  ["no body", "invalid_json", null, ""],
  ["words", "invalid_json", null, "model=gpt-5.4"],
  ["trailing text", "invalid_json", null, `${body()} x`],
  ["a trailing comma", "invalid_json", null, '{"model":"gpt-5.4",}'],
  ["UTF-16", "invalid_json", null, Buffer.from(body(), "utf16le")],
  ["broken UTF-8", "invalid_json", null, Buffer.from('{"model":"gpt-\xff"}', "latin1")],
  ["an array", "invalid_request", null, "[]"],
  ["a model that is a number", "invalid_request", "model", '{"model":5}'],
  ["a stream that is a word", "invalid_request", "stream", body(',"stream":"yes"')],
  ["the model twice", "duplicate_field", "model", body(',"model":"other"')],
  ["the model twice, once in disguise", "duplicate_field", "model", body(String.raw`,"mod\u0065l":"other"`)],
  ["no model", "missing_required_parameter", "model", '{"messages":[]}'],
  ["an empty model", "missing_required_parameter", "model", '{"model":""}'],
  ["an unknown model", "model_not_found", "model", '{"model":"llama"}'],
];

export const failures: readonly [what: string, code: ErrorCode, script: UpstreamScript][] = [
  ["resets the connection before its reply", "upstream_connection_reset", (call) => call.reset()],
  ["closes the connection before its reply", "upstream_connection_reset", (call) => call.end()],
  ["says what is no HTTP", "upstream_invalid_response", (call) => call.write("SSH-2.0-OpenSSH_9.2\r\n\r\n")],
  ["never answers", "upstream_head_timeout", () => {}],
  [
    "breaks a short reply off",
    "upstream_connection_reset",
    async (call) => {
      await call.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"half":');
      call.reset();
    },
  ],
  [
    "answers with a redirect",
    "upstream_invalid_response",
    (call) => call.reply(307, { location: "http://169.254.169.254/latest/meta-data" }),
  ],
  [
    "refuses the proxy's key",
    "upstream_auth_error",
    (call) => call.reply(401, json, JSON.stringify({ error: { message: `Incorrect API key: ${upstreamKey}` } })),
  ],
  ["forbids the proxy's key", "upstream_auth_error", (call) => call.reply(403, json, "{}")],
];
