import type { Understood } from "../request/decide.ts";
import type { Played, Tape } from "../tape.ts";

/** What a mock without recordings has for a request. */
export const noRecordings: Played = { kind: "miss", nearest: [] };

/** The request as it would go to a provider: without the prefix of a scope, its body whole again. */
export const toSend = ({ call, body }: Pick<Understood, "call" | "body">): Request => {
  const { request, method, path, search } = call;
  const headers = new Headers(request.headers);
  // What comes back is looked at, event by event.
  headers.delete("accept-encoding");
  headers.delete("content-length");
  headers.delete("transfer-encoding");
  const host = headers.get("host") ?? "localhost";
  return new Request(`http://${host}${path}${search}`, { method, headers, body: body.raw, signal: request.signal });
};

/** Asks the recordings of the scope. */
export const playTape = (tape: Tape, understood: Understood): Played | Promise<Played> => {
  const { call, asked } = understood;
  const { cassette } = call.scope;
  return tape.play(cassette === asked.scope ? asked : { ...asked, cassette }, toSend(understood));
};
