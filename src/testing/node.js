// Made of node.ts by write-node.ts; do not edit.
/* oxlint-disable */
// src/testing/node.ts
import { dirname, join as join2 } from "node:path";
import { fileURLToPath } from "node:url";

// src/testing/ask.ts
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
var timeoutMs = 15000;
var thread = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", async ({ flag, port, url, method, body }) => {
  try {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const reply = await fetch(url, { method, body, headers });
    port.postMessage({ status: reply.status, text: await reply.text() });
  } catch (thrown) {
    port.postMessage({ status: 0, text: String(thrown?.cause ?? thrown) });
  }
  port.close();
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});`;
var isTold = (value) => typeof value === "object" && value !== null && "status" in value && "text" in value;
var createAsker = () => {
  const worker = new Worker(thread, { eval: true });
  worker.unref();
  return {
    ask: (method, url, body) => {
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const { port1, port2 } = new MessageChannel();
      const text = body === undefined ? undefined : JSON.stringify(body);
      worker.postMessage({ flag, port: port2, url, method, body: text }, [port2]);
      const woken = Atomics.wait(flag, 0, 0, timeoutMs);
      const message = receiveMessageOnPort(port1)?.message;
      port1.close();
      if (isTold(message)) return message;
      return { status: 0, text: woken === "timed-out" ? `no answer within ${timeoutMs / 1000} seconds` : "no answer" };
    },
    close: async () => void (await worker.terminate()),
  };
};

// src/mock/client-env.ts
var anyKey = "sk-qlite-default";
var keyNames = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"];
var withLoopback = (list) =>
  [...new Set([...(list ?? "").split(",").filter((name) => name !== ""), "127.0.0.1", "localhost"])].join(",");
var clientEnv = (env, url, key = anyKey) => {
  const set = {
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_BASE: `${url}/v1`,
    ANTHROPIC_BASE_URL: url,
    GOOGLE_GEMINI_BASE_URL: url,
    QLITE_MOCK_URL: url,
    NO_PROXY: withLoopback(env["NO_PROXY"]),
    no_proxy: withLoopback(env["no_proxy"] ?? env["NO_PROXY"]),
  };
  if (key === null) return set;
  for (const name of keyNames) if ((env[name] ?? "") === "") set[name] = key;
  return set;
};

// src/testing/client-env.ts
var setEnv = (env, url) => {
  const set = clientEnv(env, url);
  const before = Object.keys(set).map((name) => [name, env[name]]);
  Object.assign(env, set);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
  };
};

// src/mock/report/problems.ts
var nameOf = ({ id, source }) => (source === null ? id : `${id} (${source.file}:${source.line})`);
var whyNot = ({ nearest, diff }) => [
  ...nearest.flatMap((miss) => [
    `nearest: ${nameOf(miss)}`,
    ...miss.fields.flatMap(({ field, wanted, objection }) =>
      objection === null ? [] : [`  ${field}: wanted ${wanted}, got ${objection}`],
    ),
  ]),
  ...diff,
];
var toUnmatched = (entry) => {
  const { method, path, model, scope, ordinal, nearest, fixture, warnings } = entry;
  const how = fixture === null ? "was answered by nothing" : `could not be answered by fixture ${fixture}`;
  return {
    kind: "unmatched",
    isFailure: true,
    title: `${method} ${path}${model === null ? "" : ` (${model})`} ${how}: request ${ordinal + 1} of scope ${scope}`,
    details: fixture === null ? whyNot(entry) : warnings,
    place: nearest[0]?.source ?? null,
  };
};
var toProblems = (verdict, { failsUnused, failsStale }) => {
  const plain = (kind, isFailure, text) => {
    const [title = "", ...details] = text.split(`
`);
    return { kind, isFailure, title, details, place: null };
  };
  const told = new Set([
    ...verdict.stale,
    ...verdict.unmatched.flatMap(({ fixture, warnings }) => (fixture === null ? [] : warnings)),
  ]);
  const hidden = verdict.outcomes.unmatched - verdict.unmatched.length;
  const problems = [
    ...verdict.unmatched.map(toUnmatched),
    ...(hidden > 0 ? [plain("unmatched", true, `${hidden} further requests were answered by nothing`)] : []),
    ...verdict.refusedRecordings.map((text) => plain("refused", true, `not recorded: ${text}`)),
    ...verdict.stale.map((id) => plain("stale", failsStale, `recording ${id}`)),
    ...verdict.unused.map(({ id, file, line }) => ({
      ...plain("unused", failsUnused, `fixture ${id} was asked for by nothing`),
      place: file === null ? null : { file, line },
    })),
    ...verdict.unusedRecordings.map((id) => plain("unused", failsUnused, `recording ${id} was asked for by nothing`)),
    ...verdict.warnings.filter((text) => !told.has(text)).map((text) => plain("warning", false, text)),
  ];
  return problems.toSorted((a, b) => Number(b.isFailure) - Number(a.isFailure));
};

// src/mock/report/summary.ts
var order = ["matched", "replayed", "recorded", "live", "auto", "faulted", "refused", "aborted", "unmatched"];
var toCounts = ({ requests, outcomes }) => {
  const counts = order.flatMap((outcome) => (outcomes[outcome] === 0 ? [] : [`${outcomes[outcome]} ${outcome}`]));
  const total = `${requests} ${requests === 1 ? "request" : "requests"}`;
  return counts.length === 0 ? total : `${total}: ${counts.join(", ")}`;
};

// src/testing/judge.ts
var nothingTold = { ids: new Set(), count: 0 };
var nameOf2 = ({ scope, id, at }) => `${scope} ${id} ${at}`;
var show = ({ title, details, place }) => [
  `  ${title}${place === null ? "" : ` [${place.file}${place.line === null ? "" : `:${place.line}`}]`}`,
  ...details.map((line) => `    ${line}`),
];
var judge = (whose, verdict, unwritten, { ids, count }, failUnused) => {
  const own = {
    ...verdict,
    outcomes: { ...verdict.outcomes, unmatched: Math.max(0, verdict.outcomes.unmatched - count) },
    unmatched: verdict.unmatched.filter((entry) => !ids.has(nameOf2(entry))),
    unused: failUnused ? verdict.unused : verdict.unused.filter(({ file }) => file === null),
    unusedRecordings: failUnused ? verdict.unusedRecordings : [],
  };
  const problems = toProblems(own, { failsUnused: true, failsStale: false }).filter(({ isFailure }) => isFailure);
  const lines = [
    ...problems.flatMap(show),
    ...unwritten.map((id) => `  fixture ${id} has no reply: write .reply("...") or .fail({ ... }) behind it`),
  ];
  return lines.length === 0
    ? null
    : [`${whose} did not go as written (${toCounts(verdict)})`, ...lines].join(`
`);
};

// src/testing/written.ts
var fileWords = {
  anyText: "any_text",
  toolChoice: "tool_choice",
  toolResult: "tool_result",
  responseFormat: "response_format",
  toolCalls: "tool_calls",
  toolCall: "tool_call",
  finishReason: "finish_reason",
  stopSequence: "stop_sequence",
  textFile: "text_file",
  systemFingerprint: "system_fingerprint",
  serviceTier: "service_tier",
  mediaType: "media_type",
  contentType: "content_type",
  retryAfter: "retry_after",
  retryAfterMs: "retry_after_ms",
  shouldRetry: "should_retry",
  errorEvent: "error_event",
  wrongContentType: "wrong_content_type",
  emptyBody: "empty_body",
  html502: "html_502",
};
var own = new Set(["json", "arguments", "headers", "usage", "body", "sse"]);
var isMap = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof RegExp);
var toHeaders = (value) =>
  isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, toValue(text)])) : value;
var toValue = (value) => {
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return value.map(toValue);
  return isMap(value) ? toWritten(value) : value;
};
var toWritten = (value) =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => {
        const inner = key === "headers" ? toHeaders(member) : own.has(key) ? member : toValue(member);
        return [fileWords[key] ?? key, inner];
      }),
  );
var mostShown = 120;
var describeMatch = (match) => {
  const shown = JSON.stringify(match, (_, value) => (typeof value === "function" ? "function" : value));
  const line = shown.replaceAll(/[^ -~]+/g, "?");
  return line.length <= mostShown ? line : `${line.slice(0, mostShown - 3)}...`;
};
var holdsFunction = (value) => {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsFunction);
};

// src/testing/on.ts
var toFaults = (parts) => {
  let done = 0;
  return parts.map(({ fault, count }) => {
    if (count === null) return fault;
    const from = done;
    done += count;
    const nth = Array.from({ length: count }, (_, at) => from + at + 1);
    return { ...fault, on: from === 0 ? { first: count } : { nth } };
  });
};
var toResponse = (response) => (typeof response === "string" ? response : toWritten(response));
var toTurn = (response) => {
  if (response === "auto") return { auto: true };
  return toResponse(response);
};
var toAnswers = (parts, isList) => {
  const [only] = parts;
  if (only === undefined) return {};
  if (!isList && parts.length === 1 && only.count === null) return { response: toResponse(only.response) };
  const turns = parts.flatMap(({ response, count }) => Array.from({ length: count ?? 1 }, () => toTurn(response)));
  return { turns, exhausted: "fail" };
};
var mostTimes = 1e4;
var createOn = (backend, scope, match, place) => {
  const wanted = toWritten(match);
  const id = `on#${place} ${describeMatch(wanted)}`;
  const faults = [];
  const answers = [];
  let isList = false;
  let last = null;
  const put = () => {
    const struck = faults.length === 0 ? {} : { faults: toFaults(faults) };
    backend.put(scope, id, { match: wanted, ...toAnswers(answers, isList), ...struck });
    return on;
  };
  const times = (count) => {
    if (!Number.isInteger(count) || count < 1 || count > mostTimes) {
      throw new Error(`${id}: times(${count}): must be a whole number from 1 to ${mostTimes}`);
    }
    if (last === null) throw new Error(`${id}: times(${count}) stands behind the fail or reply it is about`);
    last.count = count;
    return put();
  };
  const on = {
    id,
    isWhole: () => last !== null,
    reply: (response) => {
      const part = { response, count: null };
      answers.push(part);
      last = part;
      return put();
    },
    turns: (turns) => {
      for (const turn of turns) answers.push({ response: turn, count: null });
      isList = true;
      last = answers.at(-1) ?? null;
      return put();
    },
    fail: (fault) => {
      const part = { fault: toWritten(fault), count: null };
      faults.push(part);
      last = part;
      return put();
    },
    times,
    once: () => times(1),
  };
  return on;
};

// src/testing/seen.ts
var parse = ({ body, isBodyCut }) => {
  if (isBodyCut) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};
var toSeen = (backend, entry) => ({
  id: entry.id,
  scope: entry.scope,
  ordinal: entry.ordinal,
  method: entry.method,
  path: entry.path,
  endpoint: entry.endpoint,
  model: entry.model,
  stream: entry.stream,
  headers: entry.headers,
  body: parse(entry),
  outcome: entry.outcome,
  status: entry.status,
  fixture: entry.fixture,
  faults: entry.faults,
  warnings: entry.warnings,
  events: entry.events,
  bytes: entry.bytes,
  expect: (match) => {
    const why = backend.whyNot(entry, toWritten(match));
    if (why.length === 0) return;
    const lines = why
      .map(
        (line) => `
  ${line}`,
      )
      .join("");
    throw new Error(
      `request ${entry.ordinal + 1} of scope ${entry.scope}, ${entry.method} ${entry.path}, is another:${lines}`,
    );
  },
});

// src/testing/suppressed.ts
var messageOf = (thrown) => (thrown instanceof Error ? thrown.message : String(thrown));
var explainSuppressed = () => {
  if (typeof SuppressedError !== "function") return;
  const { prototype } = SuppressedError;
  const message = Object.getOwnPropertyDescriptor(prototype, "message");
  if (message?.value !== "") return;
  Object.defineProperty(prototype, "message", {
    configurable: true,
    get() {
      if (!(this instanceof SuppressedError)) return "";
      return `${messageOf(this.suppressed)}

and behind it: ${messageOf(this.error)}`;
    },
    set(value) {
      Object.defineProperty(this, "message", { configurable: true, writable: true, value });
    },
  });
};

// src/testing/mock.ts
var createFace = (backend, base, scope, whose, told, failUnused) => {
  const url = scope === null ? base : `${base}/@${scope}`;
  const apiKey = scope === null ? anyKey : `sk-qlite-${scope}`;
  let ons = [];
  let made = 0;
  const unwritten = () => ons.filter(({ isWhole }) => !isWhole()).map(({ id }) => id);
  const requests = () => backend.requests(scope).map((entry) => toSeen(backend, entry));
  return {
    url,
    unwritten,
    requests,
    client: () => ({ baseURL: `${url}/v1`, apiKey }),
    anthropic: () => ({ baseURL: url, apiKey }),
    gemini: () => ({ apiKey, httpOptions: { baseUrl: url } }),
    on: (match) => {
      made += 1;
      const on = createOn(backend, scope, match, made);
      ons.push(on);
      return on;
    },
    last: () => {
      const request = requests().at(-1);
      if (request === undefined) throw new Error(`${whose} was asked for nothing so far`);
      return request;
    },
    verify: () => {
      const message = judge(whose, backend.verdict(scope), unwritten(), told(), failUnused);
      if (message !== null) throw new Error(message);
    },
    reset: () => {
      backend.reset(scope);
      ons = [];
    },
  };
};
var createMock = ({ backend, url, failUnused, isOwn, settle, stop, failed }) => {
  explainSuppressed();
  const open = new Set();
  let told = nothingTold;
  const face = createFace(backend, url, null, "the mock", () => told, failUnused);
  const tell = (name) => {
    const { outcomes, unmatched } = backend.verdict(name);
    told = { ids: new Set([...told.ids, ...unmatched.map(nameOf2)]), count: told.count + outcomes.unmatched };
  };
  const scope = (name, { seed, cassette, fixtures = [] } = {}) => {
    if (open.has(name)) throw new Error(`scope ${name} is open already; close it, or take another name`);
    backend.open(name, { seed, cassette });
    open.add(name);
    const own = createFace(backend, url, name, `scope ${name}`, () => nothingTold, false);
    const close = () => {
      if (!open.delete(name)) return;
      try {
        own.verify();
      } finally {
        tell(name);
        backend.drop(name);
      }
    };
    try {
      for (const [at, fixture] of fixtures.entries()) {
        const { id } = fixture;
        backend.put(name, typeof id === "string" ? id : `${name}.${at + 1}`, toWritten(fixture));
      }
    } catch (thrown) {
      open.delete(name);
      backend.drop(name);
      throw thrown;
    }
    return { ...own, name, close, [Symbol.dispose]: close };
  };
  let closed = null;
  const end = async () => {
    try {
      await settle();
      if (isOwn) face.verify();
    } catch (thrown) {
      failed();
      throw thrown;
    } finally {
      await stop();
    }
  };
  const close = () => (closed ??= end());
  return { ...face, scope, close, [Symbol.asyncDispose]: close };
};

// src/testing/remote.ts
var isMap2 = (value) => typeof value === "object" && value !== null;
var read = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
var messageOf2 = (value, text) => {
  const error = isMap2(value) ? value["error"] : undefined;
  const message = isMap2(error) ? error["message"] : undefined;
  return typeof message === "string" ? message : text.slice(0, 500);
};
var noFunctions = (what, value) => {
  if (!holdsFunction(value)) return;
  throw new Error(
    `${what} holds a function, and the mock runs in a process of its own, which no function reaches; write where: with a JSONPath, or run the test under Bun`,
  );
};
var toEntries = (value) => {
  const list = isMap2(value) && Array.isArray(value["requests"]) ? value["requests"] : [];
  return list;
};
var isVerdict = (value) =>
  isMap2(value) && isMap2(value["outcomes"]) && Array.isArray(value["unmatched"]) && Array.isArray(value["unused"]);
var inScope = (scope) => (scope === null ? "" : `?scope=${encodeURIComponent(scope)}`);
var createRemoteBackend = ({ ask }, url) => {
  const base = `${url}/__qlite/mock`;
  const send = (method, path, body, allowed) => {
    const { status, text } = ask(method, `${base}/${path}`, body);
    if (status === 0) throw new Error(`the mock at ${url} cannot be reached: ${text}`);
    const value = read(text);
    if (status >= 400 && status !== allowed) throw new Error(messageOf2(value, text));
    return value;
  };
  const requests = (scope) => toEntries(send("GET", `requests${inScope(scope)}`));
  return {
    requests,
    open: (name, { seed, cassette }) => void send("POST", "scopes", { name, seed, cassette }),
    drop: (name) => void send("DELETE", `scopes/${encodeURIComponent(name)}`, undefined, 404),
    put: (scope, id, fixture) => {
      noFunctions(`the fixture ${id}`, fixture);
      send("PUT", `fixtures/${encodeURIComponent(id)}${inScope(scope)}`, fixture);
    },
    whyNot: (entry, match) => {
      noFunctions("expect", match);
      const fitting = toEntries(send("POST", `requests/find${inScope(entry.scope)}`, { match }));
      if (fitting.some(({ id, at }) => id === entry.id && at === entry.at)) return [];
      const expect = [{ match, count: fitting.length + 1 }];
      const told = send("POST", "verify", { scope: entry.scope, expect }, 409);
      const message = isMap2(told) && typeof told["message"] === "string" ? told["message"] : "";
      return message
        .split(`
`)
        .slice(1)
        .map((line) => line.trim());
    },
    verdict: (scope) => {
      const told = send("GET", `verdict${inScope(scope)}`);
      if (isVerdict(told)) return told;
      throw new Error(`what answers at ${url} is no mock of qlite`);
    },
    reset: (scope) =>
      void send("POST", `reset${inScope(scope)}`, {
        requests: true,
        counters: true,
        runtime_fixtures: true,
        faults: true,
      }),
  };
};

// src/testing/connect.ts
var toBase = (url, env) => {
  const base = (url ?? env["QLITE_MOCK_URL"] ?? "").replace(/\/+$/, "");
  if (base !== "") return base;
  throw new Error(
    "there is no mock to connect to: QLITE_MOCK_URL is not set; run the tests by qlite exec, or give { url }",
  );
};
var nothing = async () => {
  return;
};
var connected = (backend, url, stop) =>
  createMock({
    backend,
    url,
    failUnused: false,
    isOwn: false,
    settle: nothing,
    stop,
    failed: () => {
      return;
    },
  });
var connect = async (url) => {
  const asker = createAsker();
  const backend = createRemoteBackend(asker, url);
  try {
    backend.verdict(null);
    return connected(backend, url, asker.close);
  } catch (thrown) {
    await asker.close();
    throw thrown;
  }
};

// src/testing/executable.ts
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
var findCommand = (env, root) => {
  const named = env["QLITE_BIN"];
  if (named !== undefined && named !== "") return [named];
  const built = join(root, "dist", process.platform === "win32" ? "qlite.exe" : "qlite");
  return existsSync(built) ? [built] : ["bun", join(root, "src", "main.ts")];
};
var mostErrorText = 16384;
var readLine = (line) => {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null && "url" in value && typeof value.url === "string"
      ? value.url
      : null;
  } catch {
    return null;
  }
};
var release = (part) => {
  if ("unref" in part && typeof part.unref === "function") part.unref();
};
var startChild = (command, flags, env, root) => {
  const [program = "", ...before] = command;
  const path = [env["PATH"] ?? "", join(root, "node_modules", ".bin")].join(delimiter);
  const child = spawn(program, [...before, "mock", "--port=0", "--json", "--with-parent", ...flags], {
    env: { ...env, PATH: path },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
  let said = "";
  let line = "";
  return new Promise((resolve, reject) => {
    const fail = (why) =>
      reject(
        new Error(
          `qlite mock did not start: ${why}${
            said === ""
              ? ""
              : `
${said.trim()}`
          }`,
        ),
      );
    child.stderr.on("data", (chunk) => {
      said = (said + chunk.toString()).slice(-mostErrorText);
    });
    child.stdout.on("data", (chunk) => {
      if (
        line.includes(`
`)
      )
        return;
      line += chunk.toString();
      if (
        !line.includes(`
`)
      )
        return;
      const url = readLine(line);
      if (url === null) return fail("it said something else than where it listens; is the executable of this version?");
      for (const part of [child, child.stdin, child.stdout, child.stderr]) release(part);
      return resolve({
        url,
        end: () => {
          child.ref();
          child.stdin.end();
          return exited;
        },
      });
    });
    child.on("error", (error) =>
      fail(`${program} cannot be run (${error.message}); set QLITE_BIN to the executable of qlite, or install Bun`),
    );
    child.on("close", (code) => fail(`it ended with exit code ${code}`));
  });
};

// src/testing/options.ts
var names = ["fixtures", "cassettes", "mode", "fallback", "profile", "seed", "clock", "timing", "env", "failUnused"];
var toFiles = ({ fixtures = [] }) => (typeof fixtures === "string" ? [fixtures] : fixtures);
var check = (options) => {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`startMock has no option ${unknown}; there are ${names.join(", ")}`);
  const files = [options.fixtures ?? []].flat();
  if (files.every((file) => typeof file === "string")) return;
  throw new Error(
    "startMock takes files, folders and globs as fixtures; those written in a test are for on(…) and scope(name, { fixtures })",
  );
};
var written = ["cassettes", "mode", "fallback", "seed", "clock", "timing"];
var given = (options) =>
  written.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [[name, value]];
  });
var toArguments = (options) => {
  check(options);
  const { profile } = options;
  const flags = [...given(options), ...(profile === undefined ? [] : [["profile", profile]])];
  return [...flags.map(([name, value]) => `--${name}=${value}`), ...toFiles(options)];
};

// src/testing/node.ts
var root = join2(dirname(fileURLToPath(import.meta.url)), "..", "..");
var failRun = () => {
  if (process.versions["bun"] === undefined && (process.exitCode ?? 0) === 0) process.exitCode = 3;
};
var startMock = async (options = {}) => {
  const child = await startChild(findCommand(process.env, root), toArguments(options), process.env, root);
  const asker = createAsker();
  const restore =
    options.env === true
      ? setEnv(process.env, child.url)
      : () => {
          return;
        };
  return createMock({
    backend: createRemoteBackend(asker, child.url),
    url: child.url,
    failUnused: options.failUnused ?? false,
    isOwn: true,
    settle: async () => {
      return;
    },
    failed: failRun,
    stop: async () => {
      restore();
      await asker.close();
      const code = await child.end();
      if (code === 5)
        throw new Error("a recording was refused: there is a secret in it, or its file cannot be written");
    },
  });
};
var connectMock = async ({ url } = {}) => connect(toBase(url, process.env));
export { connectMock, startMock };
