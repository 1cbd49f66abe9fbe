import { Buffer } from "node:buffer";

/** How a seal of another provider begins in a JSON text (`dialects/signature.ts`), plain and in base64. */
const marks = [Buffer.from("qlite:"), Buffer.from("cWxpdGU6")] as const;

/**
 * A text of the JSON that begins with one, or with what may stand before it (`dialects/openai-responses/seal.ts`); an escaped
 * quote stands inside of a text.
 */
const sealed = /(?<=[^\\])"(?:call\.|redacted\.)?(?:qlite:|cWxpdGU6)/;

const { includes, latin1Slice } = Buffer.prototype;

/**
 * Tells whether a request carries a seal that was made for this proxy to read: its history began with a provider of
 * another dialect, and the client's own service would refuse it.
 *
 * Costs a search through the bytes, some 50 us a megabyte; where a mark is found, 1 to 7 ms a megabyte.
 */
export const hasForeignSeal = (body: Uint8Array): boolean =>
  marks.some((mark) => includes.call(body, mark)) && sealed.test(latin1Slice.call(body));
