export type LogLevel = "debug" | "info" | "warn" | "error";

/** Values of a log line; a key with `undefined` is left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  readonly enabled: (level: LogLevel) => boolean;
  readonly write: (level: LogLevel, message: string, fields?: LogFields) => void;
  /** How many lines were dropped since the start, because the sink was stalled. */
  readonly dropped: () => number;
  /** Gives what is waiting to the sink; resolves once it is taken, or after a second when the sink is stalled. */
  readonly flush: () => Promise<void>;
}

/** Takes text for stdout; calls back when it could be handed to the system. */
export type LogSink = (text: string, taken: () => void) => void;

export interface LogOptions {
  readonly level: LogLevel | "off";
  readonly format: "json" | "text";
  /** Whether text has colours; true unless said. */
  readonly hasColours?: boolean;
  readonly sink: LogSink;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Strings that never stand in a line, whatever brings them there. */
  readonly secrets?: readonly string[];
}

const ranks = { debug: 0, info: 1, warn: 2, error: 3, off: 4 } as const;

const batchMs = 50;
/** Lines waiting for a stalled sink, in characters; what comes on top is counted and dropped. */
const maxWaiting = 1_048_576;

// Shapes of keys in use today: sk-…, sk-ant-…, gsk_…, xai-…, AIza…, and anything behind "Bearer".
const keyShapes = String.raw`(?:sk|gsk|xai|rk|pk|key)[-_][A-Za-z0-9_-]{12,}|AIza[A-Za-z0-9_-]{20,}|Bearer\s+[^\s"',;]+`;

const escapeForRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** Looks for secrets: `suspects` asks quickly of a whole text, `redact` takes them out of one value. */
export interface Redactor {
  readonly suspects: (text: string) => boolean;
  readonly redact: (value: string) => string;
  /** The same for a text that was cut: its end, where half a secret may stand, goes too. */
  readonly redactCut: (value: string) => string;
}

/** Makes the functions that find known secrets, and anything shaped like a key. */
export const createRedactor = (secrets: readonly string[]): Redactor => {
  // In a line, and in a body that is JSON, a secret may stand escaped, and with anything in front of it.
  const known = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => {
      const escaped = JSON.stringify(secret).slice(1, -1);
      return escaped === secret ? secret : [secret, escaped];
    });
  const suspect = new RegExp([...known.map(escapeForRegExp), keyShapes].join("|"));
  const keyShape = new RegExp(String.raw`\b(?:${keyShapes})`, "g");
  const longest = Math.max(1, ...known.map(({ length }) => length));
  const redact = (text: string): string => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, "[redacted]");
    return clean.replace(keyShape, "[redacted]");
  };
  return {
    suspects: (line) => suspect.test(line),
    redact,
    redactCut: (text) => {
      const clean = redact(text);
      return clean.slice(0, Math.max(0, clean.length - longest + 1));
    },
  };
};

/** What a line says, free of secrets; `json` is `fields` as JSON. */
interface Said {
  readonly message: string;
  readonly fields: LogFields;
  readonly json: string;
}

/** Asks the fields and the message by themselves: a line put together from parts is first copied flat to be searched. */
const toSaid = (message: string, fields: LogFields, { suspects, redact }: Redactor): Said => {
  const json = JSON.stringify(fields);
  if (!suspects(json) && !suspects(message)) return { message, fields, json };
  const clean = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "string" ? redact(value) : value]),
  );
  return { message: redact(message), fields: clean, json: JSON.stringify(clean) };
};

/** The fields by one native call: 0.9 us a line, put together by hand 1.4 us (`bench/micro/log.ts`). */
const toJsonLine = (time: string, level: LogLevel, { message, json }: Said): string => {
  const rest = json === "{}" ? "}" : `,${json.slice(1)}`;
  return `{"time":"${time}","level":"${level}","msg":${JSON.stringify(message)}${rest}\n`;
};

/** Gives the ISO form of an instant; the part that stays for a second is made once a second. */
const createStamp = (): ((ms: number) => string) => {
  let second = -1;
  let prefix = "";
  return (ms) => {
    const current = Math.floor(ms / 1000);
    if (current !== second) {
      second = current;
      prefix = new Date(current * 1000).toISOString().slice(0, 20);
    }
    return `${prefix}${String(Math.floor(ms) - current * 1000).padStart(3, "0")}Z`;
  };
};

const colours = {
  debug: "\u001b[2m",
  info: "\u001b[36m",
  warn: "\u001b[33m",
  error: "\u001b[31m",
} as const;
const plain = "\u001b[0m";

/** A value for people: quoted where it would be unclear, and always where it could steer a terminal. */
const toText = (value: string | number | boolean): string => {
  const text = String(value);
  return /^[\w./:@+*-]+$/.test(text)
    ? text
    : JSON.stringify(text).replaceAll(/[\u007f-\u009f]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
};

const toTextLine = (time: string, level: LogLevel, { message, fields }: Said): string => {
  let line = `${time.slice(11, 23)} ${colours[level]}${level.padEnd(5)}${plain} ${message}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` \u001b[2m${key}=${plain}${toText(value)}`;
  }
  return `${line}\n`;
};

const toPlainLine = (time: string, level: LogLevel, said: Said): string =>
  // Colours of others are not in it: `toText` has escaped them.
  Bun.stripANSI(toTextLine(time, level, said));

/**
 * Makes the log: one line a message, collected and handed to the sink at most every 50 ms.
 *
 * Nothing waits for the sink. While it is stalled up to 1 MiB of lines are kept, further ones dropped, and a line
 * that counts them follows once it takes text again.
 */
export const createLog = ({ level, format, hasColours = true, sink, now, secrets = [] }: LogOptions): Log => {
  const redactor = createRedactor(secrets);
  const rank = ranks[level];
  const stamp = createStamp();
  const toLine = format === "json" ? toJsonLine : hasColours ? toTextLine : toPlainLine;
  let waiting: string[] = [];
  let waitingChars = 0;
  let dropped = 0;
  let droppedInAll = 0;
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let idle: (() => void)[] = [];

  const add = (lineLevel: LogLevel, message: string, fields: LogFields): void => {
    const line = toLine(stamp(now()), lineLevel, toSaid(message, fields, redactor));
    waiting.push(line);
    waitingChars += line.length;
  };

  const send = (): void => {
    timer = null;
    if (busy) return;
    if (dropped > 0) {
      add("warn", "log lines dropped", { count: dropped });
      dropped = 0;
    }
    if (waiting.length === 0) {
      for (const done of idle) done();
      idle = [];
      return;
    }
    const text = waiting.join("");
    waiting = [];
    waitingChars = 0;
    busy = true;
    sink(text, () => {
      busy = false;
      if (waiting.length > 0 || dropped > 0 || idle.length > 0) send();
    });
  };

  return {
    enabled: (asked) => ranks[asked] >= rank,
    write: (lineLevel, message, fields = {}) => {
      if (ranks[lineLevel] < rank) return;
      if (waitingChars > maxWaiting) {
        dropped += 1;
        droppedInAll += 1;
        return;
      }
      add(lineLevel, message, fields);
      timer ??= setTimeout(send, batchMs);
    },
    dropped: () => droppedInAll,
    flush: () =>
      new Promise((resolve) => {
        const giveUp = setTimeout(resolve, 1000);
        idle.push(() => {
          clearTimeout(giveUp);
          resolve();
        });
        if (timer !== null) clearTimeout(timer);
        send();
      }),
  };
};
