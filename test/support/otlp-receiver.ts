// A collector of OpenTelemetry for tests: takes OTLP over HTTP as JSON, and nothing that the protocol does not know.
// See https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and opentelemetry-proto 1.9, `trace.proto`.

export type AttributeValue = string | number | boolean | readonly AttributeValue[];

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** null for a root. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: "INTERNAL" | "SERVER" | "CLIENT" | "PRODUCER" | "CONSUMER";
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly status: "UNSET" | "OK" | "ERROR";
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly events: readonly { readonly name: string; readonly at: bigint }[];
  readonly isSampled: boolean;
  /** Whether the parent is known to lie in another process. */
  readonly hasRemoteParent: boolean;
  readonly resource: Readonly<Record<string, AttributeValue>>;
  readonly scope: string;
}

type Fields = Readonly<Record<string, unknown>>;

class Fault extends Error {}

const fail = (where: string, wanted: string): never => {
  throw new Fault(`${where} ${wanted}`);
};

const objectOf = (value: unknown, where: string, known: readonly string[]): Fields => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(where, "must be an object");
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) fail(where, `has unknown fields: ${unknown.join(", ")}`);
  return Object.fromEntries(Object.entries(value));
};

const listOf = <T>(value: unknown, where: string, read: (item: unknown, where: string) => T): T[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return fail(where, "must be an array");
  return value.map((item, index) => read(item, `${where}[${index}]`));
};

const textOf = (value: unknown, where: string, shape: RegExp): string => {
  if (typeof value !== "string" || !shape.test(value)) return fail(where, `must match ${shape}, is ${String(value)}`);
  return value;
};

const countOf = (value: unknown, where: string): number => {
  if (value === undefined) return 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    return fail(where, "must be a whole number of 32 bits");
  }
  return value;
};

const idOf = (value: unknown, where: string, digits: 16 | 32): string =>
  textOf(value, where, new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`));

const instantOf = (value: unknown, where: string): bigint => BigInt(textOf(value, where, /^[1-9]\d{18}$/));

const anyValue = (value: unknown, where: string): AttributeValue => {
  const fields = objectOf(value, where, ["stringValue", "boolValue", "intValue", "doubleValue", "arrayValue"]);
  const [kind, ...more] = Object.keys(fields);
  if (kind === undefined || more.length > 0) return fail(where, "must have exactly one value");
  const inner = fields[kind];
  if (kind === "stringValue" && typeof inner === "string") return inner;
  if (kind === "boolValue" && typeof inner === "boolean") return inner;
  if (kind === "intValue" && (Number.isSafeInteger(inner) || /^-?\d+$/.test(String(inner)))) return Number(inner);
  if (kind === "doubleValue" && typeof inner === "number" && Number.isFinite(inner)) return inner;
  if (kind === "arrayValue") return listOf(objectOf(inner, where, ["values"])["values"], where, anyValue);
  return fail(where, `is no ${kind}`);
};

const attributesOf = (value: unknown, where: string): Record<string, AttributeValue> => {
  const pairs = listOf(value, where, (item, at) => {
    const fields = objectOf(item, at, ["key", "value"]);
    return [textOf(fields["key"], at, /^\S+$/), anyValue(fields["value"], at)] as const;
  });
  const attributes = Object.fromEntries(pairs);
  if (Object.keys(attributes).length !== pairs.length) fail(where, "names a key twice");
  return attributes;
};

const eventOf = (value: unknown, where: string): ReceivedSpan["events"][number] => {
  const fields = objectOf(value, where, ["timeUnixNano", "name", "attributes", "droppedAttributesCount"]);
  attributesOf(fields["attributes"], where);
  countOf(fields["droppedAttributesCount"], where);
  return { name: textOf(fields["name"], where, /^\S/), at: instantOf(fields["timeUnixNano"], where) };
};

const spanFields =
  "traceId spanId traceState parentSpanId flags name kind startTimeUnixNano endTimeUnixNano status attributes droppedAttributesCount events droppedEventsCount links droppedLinksCount".split(
    " ",
  );
const kinds = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;
const codes = ["UNSET", "OK", "ERROR"] as const;

const spanOf = (
  value: unknown,
  where: string,
  { resource, scope }: Pick<ReceivedSpan, "resource" | "scope">,
): ReceivedSpan => {
  const fields = objectOf(value, where, spanFields);
  const flags = countOf(fields["flags"], `${where}.flags`);
  const status = objectOf(fields["status"], `${where}.status`, ["code", "message"]);
  const start = instantOf(fields["startTimeUnixNano"], `${where}.startTimeUnixNano`);
  const end = instantOf(fields["endTimeUnixNano"], `${where}.endTimeUnixNano`);
  if (end < start) fail(where, "ends before it starts");
  for (const name of ["droppedAttributesCount", "droppedEventsCount", "droppedLinksCount"])
    countOf(fields[name], where);
  return {
    traceId: idOf(fields["traceId"], `${where}.traceId`, 32),
    spanId: idOf(fields["spanId"], `${where}.spanId`, 16),
    parentSpanId: fields["parentSpanId"] === undefined ? null : idOf(fields["parentSpanId"], where, 16),
    name: textOf(fields["name"], `${where}.name`, /^\S/),
    kind: kinds[countOf(fields["kind"], where) - 1] ?? fail(where, "has no kind"),
    start,
    end,
    status: codes[countOf(status["code"], where)] ?? fail(where, "has no status of the protocol"),
    attributes: attributesOf(fields["attributes"], `${where}.attributes`),
    events: listOf(fields["events"], `${where}.events`, eventOf),
    isSampled: (flags & 1) === 1,
    hasRemoteParent: (flags & 0x100) !== 0 && (flags & 0x200) !== 0,
    resource,
    scope,
  };
};

/**
 * Reads the body of an export, strictly.
 *
 * @throws {Error} with the place of the first thing that is not as the protocol wants it
 */
export const readTraces = (body: string): ReceivedSpan[] => {
  const request = objectOf(JSON.parse(body), "request", ["resourceSpans"]);
  return listOf(request["resourceSpans"], "resourceSpans", (value, where) => {
    const fields = objectOf(value, where, ["resource", "scopeSpans", "schemaUrl"]);
    const told = objectOf(fields["resource"], where, ["attributes", "droppedAttributesCount"]);
    const resource = attributesOf(told["attributes"], where);
    return listOf(fields["scopeSpans"], where, (scoped, at) => {
      const inner = objectOf(scoped, at, ["scope", "spans", "schemaUrl"]);
      const { name, version } = objectOf(inner["scope"], at, ["name", "version"]);
      const scope = `${textOf(name, at, /^\S+$/)} ${textOf(version, at, /^\S+$/)}`;
      return listOf(inner["spans"], at, (span, here) => spanOf(span, here, { resource, scope }));
    }).flat();
  }).flat();
};

export interface ReceivedExport {
  readonly path: string;
  readonly headers: Headers;
  readonly spans: readonly ReceivedSpan[];
  readonly text: string;
}

export interface OtlpReceiver {
  /** What a config calls the endpoint. */
  readonly url: string;
  /** Every export that came, taken or not. */
  readonly exports: readonly ReceivedExport[];
  /** The spans of the exports that were answered with 200. */
  readonly spans: readonly ReceivedSpan[];
  /** What was wrong with the exports; each was answered with 400. */
  readonly faults: readonly string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Answers an export, the first one is number 0; null is what a collector answers that took it. */
export type OtlpAnswer = (nth: number, request: Request) => Response | null | Promise<Response | null>;

/** Starts a receiver on a free port of loopback, or on the one given. */
export const startOtlpReceiver = (answer: OtlpAnswer = () => null, port = 0): OtlpReceiver => {
  const exports: ReceivedExport[] = [];
  const spans: ReceivedSpan[] = [];
  const faults: string[] = [];
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    development: false,
    idleTimeout: 0,
    fetch: async (request) => {
      const text = await request.text();
      const { pathname } = new URL(request.url);
      try {
        if (request.method !== "POST") fail("the method", "must be POST");
        if (request.headers.get("content-type") !== "application/json") fail("the type", "must be application/json");
        const received = readTraces(text);
        const nth = exports.push({ path: pathname, headers: request.headers, spans: received, text }) - 1;
        const reply = await answer(nth, request);
        if (reply !== null) return reply;
        spans.push(...received);
        return Response.json({});
      } catch (thrown) {
        faults.push(String(thrown));
        return new Response(String(thrown), { status: 400 });
      }
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    exports,
    spans,
    faults,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};
