import { expect, test } from "bun:test";
import { toFile } from "openai";
import { rejectionOf, tenWords } from "../serve-mock.ts";
import { withResponses } from "../responses/serve-response.ts";

const speak = { model: "gpt-4o-mini-tts", voice: "alloy", input: "Good day to you all" } as const;

test("audio.speech.create gives a WAV of silence, longer for a longer text, the same each time", () =>
  withResponses([], async ({ openai }) => {
    const create = async (input: string): Promise<Buffer> => {
      const reply = await openai.audio.speech.create({ ...speak, input, response_format: "wav" });
      expect(reply.headers.get("content-type")).toBe("audio/wav");
      return Buffer.from(await reply.arrayBuffer());
    };
    const wav = await create(speak.input);
    expect([wav.toString("latin1", 0, 4), wav.toString("latin1", 8, 16)]).toEqual(["RIFF", "WAVEfmt "]);
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual([
      1, 1, 24_000, 16,
    ]);
    expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
    expect(wav.subarray(44).every((byte) => byte === 0)).toBe(true);
    expect((await create(speak.input)).equals(wav)).toBe(true);
    expect((await create(speak.input.repeat(3))).length).toBeGreaterThan(wav.length * 2);
    expect((await create("a".repeat(4096))).length).toBe(44 + 20 * 48_000);
  }));

test("speech is mp3 by default: whole frames of silence", () =>
  withResponses([], async ({ openai }) => {
    const reply = await openai.audio.speech.create(speak);
    expect(reply.headers.get("content-type")).toBe("audio/mpeg");
    const mp3 = Buffer.from(await reply.arrayBuffer());
    expect(mp3.length % 96).toBe(0);
    for (let at = 0; at < mp3.length; at += 96) expect(mp3.readUInt32BE(at)).toBe(0xff_fb_14_c0);
    const pcm = await openai.audio.speech.create({ ...speak, response_format: "pcm" });
    expect((await pcm.arrayBuffer()).byteLength).toBe(54_720);
  }));

test("speech as events carries the same bytes in pieces", () =>
  withResponses([], async ({ openai, url }) => {
    const whole = Buffer.from(await (await openai.audio.speech.create(speak)).arrayBuffer());
    const reply = await fetch(`${url}/v1/audio/speech`, {
      method: "POST",
      body: JSON.stringify({ ...speak, stream_format: "sse" }),
    });
    const events = (await reply.text()).split("\n\n").filter((event) => event !== "");
    const data = events.map((event) => JSON.parse(event.slice(event.indexOf("{"))));
    expect(data.map(({ type }) => type)).toEqual([
      "speech.audio.delta",
      "speech.audio.delta",
      "speech.audio.delta",
      "speech.audio.done",
    ]);
    const bytes = Buffer.concat(data.slice(0, 3).map(({ audio }) => Buffer.from(audio, "base64")));
    expect(bytes.equals(whole)).toBe(true);
    expect(data[3].usage.total_tokens).toBeGreaterThan(0);
  }));

test("a written sound is answered in its own format", () =>
  withResponses([{ audio: { base64: "T2dnUw==", content_type: "audio/ogg" } }], async ({ openai }) => {
    const reply = await openai.audio.speech.create({ ...speak, response_format: "opus" });
    expect([reply.headers.get("content-type"), await reply.text()]).toEqual(["audio/ogg", "OggS"]);
  }));

test("a faulty request for speech is a 400 that names the field", () =>
  withResponses([], async ({ openai }) => {
    const cases: readonly (readonly [body: object, param: string])[] = [
      [{ ...speak, model: undefined }, "model"],
      [{ ...speak, input: "" }, "input"],
      [{ ...speak, input: "a".repeat(4097) }, "input"],
      [{ ...speak, voice: undefined }, "voice"],
      [{ ...speak, speed: 5 }, "speed"],
      [{ ...speak, response_format: "midi" }, "response_format"],
      [{ ...speak, response_format: "opus" }, "response_format"],
    ];
    for (const [body, param] of cases) {
      expect(await rejectionOf(openai.post("/audio/speech", { body }))).toMatchObject({ status: 400, param });
    }
    const thrown = await rejectionOf(openai.audio.speech.create({ ...speak, response_format: "flac" }));
    expect(String(thrown)).toContain("The mock makes mp3, wav, pcm");
  }));

const file = () => toFile(Buffer.from("RIFF"), "talk.wav", { type: "audio/wav" });

test("audio.transcriptions.create hears lorem ipsum in each format", () =>
  withResponses([], async ({ openai }) => {
    const params = { file: await file(), model: "gpt-4o-transcribe" };
    const plain = await openai.audio.transcriptions.create(params);
    expect(plain).toMatchObject({ text: tenWords, usage: { type: "tokens" } });
    const verbose = await openai.audio.transcriptions.create({
      ...params,
      model: "whisper-1",
      response_format: "verbose_json",
      timestamp_granularities: ["word"],
    });
    expect(verbose).toMatchObject({ text: tenWords, language: "english", segments: [{ start: 0, text: tenWords }] });
    expect(verbose.words?.map(({ word }) => word)).toEqual(tenWords.split(" "));
    expect(verbose.words?.at(-1)?.end).toBe(verbose.duration);
    const create = (format: "text" | "srt" | "vtt") =>
      openai.audio.transcriptions.create({ ...params, response_format: format });
    expect(await create("text")).toBe(`${tenWords}\n`);
    expect(await create("srt")).toBe(`1\n00:00:00,000 --> 00:00:03,780\n${tenWords}\n\n`);
    expect(await create("vtt")).toBe(`WEBVTT\n\n00:00:00.000 --> 00:00:03.780\n${tenWords}\n\n`);
    const stream = await openai.audio.transcriptions.create({ ...params, stream: true });
    const events = await Array.fromAsync(stream);
    expect(events.map((event) => (event.type === "transcript.text.delta" ? event.delta : "")).join("")).toBe(tenWords);
    expect(events.at(-1)).toMatchObject({ type: "transcript.text.done", text: tenWords });
  }));

test("a transcript is the one written, in translations too", () =>
  withResponses([{ transcript: "Hello {{ user }}" }, "just text"], async ({ openai }) => {
    const params = { file: await file(), model: "whisper-1" };
    expect(await openai.audio.transcriptions.create({ ...params, prompt: "Ann" })).toMatchObject({ text: "Hello Ann" });
    expect(await openai.audio.translations.create(params)).toEqual({ text: "just text" });
  }));

test("a faulty form is a 400 that names the field", () =>
  withResponses([], async ({ openai }) => {
    const { audio } = openai;
    const good = { file: await file(), model: "whisper-1" };
    // @ts-expect-error -- what the types would not let through
    expect(await rejectionOf(audio.transcriptions.create({ model: "m" }))).toMatchObject({
      status: 400,
      param: "file",
    });
    const warm = audio.transcriptions.create({ ...good, temperature: 2 });
    expect(await rejectionOf(warm)).toMatchObject({ status: 400, param: "temperature" });
    const text = audio.transcriptions.create({ ...good, model: "" });
    expect(await rejectionOf(text)).toMatchObject({ status: 400, param: "model" });
    // @ts-expect-error -- a format that translations do not have
    const diarized = audio.translations.create({ ...good, response_format: "diarized_json" });
    expect(await rejectionOf(diarized)).toMatchObject({ status: 400, param: "response_format" });
  }));
