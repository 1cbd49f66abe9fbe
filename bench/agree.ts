import { connect, toRequest } from "./connection.ts";
import { streamRequest } from "./streams.ts";
import { direct, launchUpstream, type Variant } from "./variants.ts";
import { UNARY_REQUEST } from "./wrk.ts";

const REQUESTS = [
  ["unary", toRequest(UNARY_REQUEST)],
  ["stream", streamRequest({ chunks: 20, gapMs: 2, stamp: false })],
] as const;

const fetchBytes = async (port: number, request: Uint8Array) => {
  const connection = await connect(port);
  const pieces: Uint8Array[] = [];
  const { status, head } = await connection.send(request, (bytes) => pieces.push(Uint8Array.from(bytes)));
  connection.close();
  const type = /^content-type: *(.*)$/im.exec(head)?.[1]?.trim() ?? "";
  return `${status} ${type}\n${Buffer.concat(pieces).toString()}`;
};

/**
 * Checks that every variant gives the client the very bytes that the upstream gives it directly, before anything is timed.
 * Throws, naming the variant and the request, when one does not: a figure for another answer says nothing.
 */
export const checkAgreement = async (variants: readonly Variant[]): Promise<void> => {
  const upstream = await launchUpstream();
  for (const [name, request] of REQUESTS) {
    const wanted = await fetchBytes((await direct.launch({ upstreamPort: upstream.port })).port, request);
    for (const variant of variants) {
      const { port, stop } = await variant.launch({ upstreamPort: upstream.port });
      const got = await fetchBytes(port, request);
      await stop();
      if (got !== wanted) throw new Error(`${variant.name} answers ${name} otherwise:\n${got}\nnot\n${wanted}`);
    }
  }
  await upstream.stop();
};
