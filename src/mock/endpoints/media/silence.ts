// Silence that every player takes, in the formats that can be written without an encoder.

/** Samples a second, those of OpenAI's `pcm`: 16 bits, the lower byte first, one channel. */
const rate = 24_000;
const bytesPerSecond = rate * 2;

/** A character is so long, between a least and a most, in seconds. */
const perCharacter = 0.06;
const shortest = 0.5;
const longest = 20;

/** How long a text is when it is spoken, in seconds: 60 ms a character, 0.5 to 20 s. */
export const secondsOf = (text: string): number =>
  Math.min(longest, Math.max(shortest, Math.round(text.length * perCharacter * 100) / 100));

const toPcm = (seconds: number): Uint8Array<ArrayBuffer> => new Uint8Array(Math.round(seconds * rate) * 2);

/** @see http://soundfile.sapp.org/doc/WaveFormat/ */
const toWav = (seconds: number): Uint8Array<ArrayBuffer> => {
  const { length } = toPcm(seconds);
  const file = new Uint8Array(44 + length);
  const view = new DataView(file.buffer);
  const put = (at: number, text: string): void => file.set(Buffer.from(text, "latin1"), at);
  put(0, "RIFF");
  view.setUint32(4, 36 + length, true);
  put(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, bytesPerSecond, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  put(36, "data");
  view.setUint32(40, length, true);
  return file;
};

/** MPEG-1 layer III, 48 kHz, 32 kbit/s, one channel: 96 bytes and 24 ms a frame. Side information of zeros is silence. */
const mp3Header = [0xff, 0xfb, 0x14, 0xc0] as const;
const mp3FrameBytes = 96;
const mp3FrameSeconds = 0.024;

const toMp3 = (seconds: number): Uint8Array<ArrayBuffer> => {
  const file = new Uint8Array(Math.ceil(seconds / mp3FrameSeconds) * mp3FrameBytes);
  for (let at = 0; at < file.length; at += mp3FrameBytes) file.set(mp3Header, at);
  return file;
};

const makers = {
  mp3: { make: toMp3, contentType: "audio/mpeg" },
  wav: { make: toWav, contentType: "audio/wav" },
  pcm: { make: toPcm, contentType: "audio/pcm" },
} as const;

export type SilenceFormat = keyof typeof makers;

export const silenceFormats: readonly SilenceFormat[] = ["mp3", "wav", "pcm"];

/** Silence as long as a text. */
export const toSilence = (
  text: string,
  format: SilenceFormat,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly contentType: string } => {
  const { make, contentType } = makers[format];
  return { bytes: make(secondsOf(text)), contentType };
};
