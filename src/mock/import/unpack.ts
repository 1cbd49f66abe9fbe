// Bodies as they were before they were packed for the way.
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** The largest body, in bytes, before and after unpacking. */
export const mostBytes = 67_108_864;

const options = { maxOutputLength: mostBytes };

const starts = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, at) => bytes[at] === byte);

const isText = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

type Unpack = (bytes: Uint8Array) => Uint8Array;

const inflate: Unpack = (bytes) => {
  const isZlib = ((bytes[0] ?? 0) & 0x0f) === 8 && ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % 31 === 0;
  return isZlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
};

/** For each packing what undoes it, and whether bytes are packed so at all: many files keep the header over plain bytes. */
const packings: Readonly<Record<string, { readonly is: (bytes: Uint8Array) => boolean; readonly unpack: Unpack }>> = {
  gzip: { is: (bytes) => starts(bytes, 0x1f, 0x8b), unpack: (bytes) => gunzipSync(bytes, options) },
  zstd: { is: (bytes) => starts(bytes, 0x28, 0xb5, 0x2f, 0xfd), unpack: (bytes) => zstdDecompressSync(bytes, options) },
  br: { is: (bytes) => !isText(bytes), unpack: (bytes) => brotliDecompressSync(bytes, options) },
  deflate: { is: (bytes) => !isText(bytes), unpack: inflate },
};

/** Whether bytes are a gzip file. */
export const isGzip = (bytes: Uint8Array): boolean => starts(bytes, 0x1f, 0x8b);

/**
 * Undoes `content-encoding`, the last one first; bytes that are plain already stay as they are.
 *
 * @throws {Error} a packing that is not known, bytes that are not what they should be, or more than `mostBytes`
 */
export const unpack = (bytes: Uint8Array, encoding: string): Uint8Array => {
  const names = encoding
    .toLowerCase()
    .split(",")
    .map((name) => name.trim().replace(/^x-/, ""))
    .filter((name) => name !== "" && name !== "identity")
    .toReversed();
  let plain = bytes;
  for (const name of names) {
    const packing = Object.hasOwn(packings, name) ? packings[name] : undefined;
    if (packing === undefined) {
      if (isText(plain)) continue;
      throw new Error(`is packed as ${name.slice(0, 20)}, which cannot be read`);
    }
    if (plain.length === 0 || !packing.is(plain)) continue;
    try {
      plain = packing.unpack(plain);
    } catch (thrown) {
      const isLarge = thrown instanceof Error && "code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE";
      throw new Error(
        isLarge ? `is larger than ${mostBytes} bytes` : `is said to be ${name} and is not, or is cut off`,
        { cause: thrown },
      );
    }
  }
  return plain;
};
