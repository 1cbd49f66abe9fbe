import { expect, test } from "bun:test";
import { toFile } from "openai";
import { rejectionOf } from "../serve-mock.ts";
import { withResponses } from "../responses/serve-response.ts";

const sizeOf = (base64: string | undefined): readonly number[] => {
  const bytes = Buffer.from(base64 ?? "", "base64");
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

/** The chunks of a PNG, each with the checksum that it has and the one it should have. */
const checksumsOf = (png: Buffer): (readonly [string, number, number])[] => {
  const found: (readonly [string, number, number])[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const typed = png.subarray(at + 4, at + 8 + length);
    found.push([typed.subarray(0, 4).toString(), png.readUInt32BE(at + 8 + length), Bun.hash.crc32(typed)]);
    at += 12 + length;
  }
  return found;
};

test("images.generate gives as many PNGs of the size as are asked for, the same for the same prompt", () =>
  withResponses([], async ({ openai }) => {
    const params = { prompt: "a cat", n: 2, size: "1536x1024" } as const;
    const { data = [], ...rest } = await openai.images.generate(params);
    expect(data.map(({ b64_json: image }) => sizeOf(image))).toEqual([
      [1536, 1024],
      [1536, 1024],
    ]);
    expect(data[0]?.b64_json).not.toBe(data[1]?.b64_json);
    expect(rest).toMatchObject({ created: 1_700_000_000, output_format: "png", usage: { input_tokens: 2 } });
    expect((await openai.images.generate(params)).data).toEqual(data);
    const other = await openai.images.generate({ ...params, prompt: "a dog" });
    expect(other.data?.[0]?.b64_json).not.toBe(data[0]?.b64_json);
  }));

test("a picture is a PNG that decoders take: whole chunks, and rows of the right length", () =>
  withResponses([], async ({ openai }) => {
    for (const size of ["1x1", "7x5", "1024x1024"]) {
      const { data } = await openai.images.generate({ prompt: "a cat", size });
      const png = Buffer.from(data?.[0]?.b64_json ?? "", "base64");
      const chunks = checksumsOf(png);
      expect(chunks.map(([type]) => type)).toEqual(["IHDR", "PLTE", "IDAT", "IEND"]);
      for (const [, has, wanted] of chunks) expect(has).toBe(wanted);
      const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
      const from = png.indexOf("IDAT") + 4;
      const packed = png.subarray(from, from + png.readUInt32BE(from - 8));
      // between the two bytes of zlib's head and the four of its checksum
      const rows = Bun.inflateSync(Uint8Array.from(packed.subarray(2, -4)));
      expect(rows.length).toBe((1 + Math.ceil(width / 4)) * height);
      expect(packed.readUInt32BE(packed.length - 4)).toBe(Bun.hash.adler32(rows));
    }
  }));

test("an address is a data: URL, which the older models give by themselves", () =>
  withResponses([], async ({ openai }) => {
    for (const params of [{ model: "dall-e-3" }, { model: "dall-e-2", response_format: "url" as const }]) {
      const { data } = await openai.images.generate({ prompt: "a cat", ...params });
      const { url = "" } = data?.[0] ?? {};
      const image = await fetch(url);
      expect(image.headers.get("content-type")).toBe("image/png");
      sizeOf(Buffer.from(await image.bytes()).toString("base64"));
    }
  }));

test("a stream has the partial images asked for, and then the whole one", () =>
  withResponses([], async ({ openai }) => {
    const stream = await openai.images.generate({ prompt: "a cat", stream: true, partial_images: 2 });
    const events = await Array.fromAsync(stream);
    expect(events.map(({ type }) => type)).toEqual([
      "image_generation.partial_image",
      "image_generation.partial_image",
      "image_generation.completed",
    ]);
    sizeOf(events[2]?.b64_json);
  }));

test("images.edit and images.createVariation take forms", () =>
  withResponses([], async ({ openai }) => {
    const image = await toFile(Buffer.from("not looked into"), "cat.png", { type: "image/png" });
    const edited = await openai.images.edit({ image, prompt: "with a hat", size: "256x256", n: 2 });
    expect(edited.data?.map(({ b64_json: one }) => sizeOf(one))).toEqual([
      [256, 256],
      [256, 256],
    ]);
    const several = await openai.images.edit({ image: [image, image], prompt: "both" });
    expect(several.data).toHaveLength(1);
    const varied = await openai.images.createVariation({ image, response_format: "b64_json" });
    expect(sizeOf(varied.data?.[0]?.b64_json)).toEqual([1024, 1024]);
  }));

test("a written image is answered whatever it is", () =>
  withResponses([{ image: [{ base64: "AAEC" }, "auto"] }], async ({ openai }) => {
    const { data = [] } = await openai.images.generate({ prompt: "a cat" });
    expect(data.map(({ b64_json: image }) => image?.slice(0, 4))).toEqual(["AAEC", "iVBO"]);
    const webp = await openai.images.generate({ prompt: "a cat", n: 1, output_format: "webp" }).catch(String);
    expect(webp).toContain("image of format webp can be written in a fixture");
  }));

test("a faulty request for images is a 400 that names the field", () =>
  withResponses([], async ({ openai }) => {
    const cases: readonly (readonly [path: string, body: object, param: string])[] = [
      ["/images/generations", {}, "prompt"],
      ["/images/generations", { prompt: "x", n: 11 }, "n"],
      ["/images/generations", { prompt: "x", size: "big" }, "size"],
      ["/images/generations", { prompt: "x", size: "9000x9000" }, "size"],
      ["/images/generations", { prompt: "x", output_format: "bmp" }, "output_format"],
      ["/images/generations", { prompt: "x", output_format: "webp" }, "output_format"],
      ["/images/generations", { prompt: "x", response_format: "png" }, "response_format"],
      ["/images/edits", { prompt: "x" }, "image"],
      ["/images/edits", { prompt: "x", image: "text" }, "image"],
    ];
    for (const [path, body, param] of cases) {
      expect(await rejectionOf(openai.post(path, { body }))).toMatchObject({ status: 400, param });
    }
  }));
