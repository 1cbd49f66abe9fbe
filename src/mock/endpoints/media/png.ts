// A picture that depends on nothing but a name: eight by eight cells of four colours, mirrored.
import { createDraw } from "../../seed.ts";

const cells = 8;

const toBytes = (numbers: readonly number[]): Uint8Array => Uint8Array.from(numbers);

/** Four bytes, the highest first. */
const uint32 = (value: number): readonly number[] => [
  (value >>> 24) & 0xff,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([toBytes(uint32(data.length)), typed, toBytes(uint32(Bun.hash.crc32(typed)))]);
};

/** zlib around a raw deflate. @see RFC 1950 */
const zlib = (data: Uint8Array<ArrayBuffer>): Uint8Array =>
  Buffer.concat([toBytes([0x78, 0x01]), Bun.deflateSync(data), toBytes(uint32(Bun.hash.adler32(data)))]);

const signature = toBytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Rows of two bits a pixel, each behind a filter byte of 0. */
const toRows = (draw: () => number, width: number, height: number): Uint8Array<ArrayBuffer> => {
  const grid = Array.from({ length: cells }, () => Array.from({ length: cells / 2 }, () => Math.floor(draw() * 4)));
  const stride = 1 + Math.ceil(width / 4);
  const rows = new Uint8Array(stride * height);
  let before = -1;
  for (let y = 0; y < height; y += 1) {
    const line = Math.floor((y * cells) / height);
    const from = y * stride;
    if (line === before) {
      rows.copyWithin(from, from - stride, from);
      continue;
    }
    before = line;
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor((x * cells) / width);
      const colour = grid[line]?.[Math.min(column, cells - 1 - column)] ?? 0;
      const at = from + 1 + (x >> 2);
      rows[at] = (rows[at] ?? 0) | (colour << (6 - 2 * (x & 3)));
    }
  }
  return rows;
};

/**
 * A PNG of a size in pixels, the same one for the same name. About a kilobyte for 1024 by 1024.
 *
 * @see https://www.w3.org/TR/png-3/
 */
export const toPng = (name: string, width: number, height: number): Uint8Array => {
  const draw = createDraw(name);
  const palette = Array.from({ length: 12 }, () => Math.floor(draw() * 256));
  // two bits a pixel, colours of a palette
  const header = toBytes([...uint32(width), ...uint32(height), 2, 3, 0, 0, 0]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", toBytes(palette)),
    chunk("IDAT", zlib(toRows(draw, width, height))),
    chunk("IEND", toBytes([])),
  ]);
};
