// The library's own objects, the same over every backend.
import type { Backend } from "./backend.ts";
import { anyKey } from "../mock/client-env.ts";
import { judge, nameOf, nothingTold, type Told } from "./judge.ts";
import type { Face, Match, Mock, Scope, ScopeOptions } from "./library.ts";
import { createOn } from "./on.ts";
import { toSeen } from "./seen.ts";
import { explainSuppressed } from "./suppressed.ts";
import { toWritten } from "./written.ts";

export interface MockParts {
  readonly backend: Backend;
  /** Without a slash at its end. */
  readonly url: string;
  readonly failUnused: boolean;
  /** Whether it is this program's own, which `close` judges and stops. */
  readonly isOwn: boolean;
  /** Writes what was recorded; what is told behind it counts. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Called when `close` is about to fail for what the requests came to. */
  readonly failed: () => void;
}

interface OwnFace extends Face {
  /** The ids of each `on` that never got a reply. */
  readonly unwritten: () => readonly string[];
}

const createFace = (
  backend: Backend,
  base: string,
  scope: string | null,
  whose: string,
  told: () => Told,
  failUnused: boolean,
): OwnFace => {
  const url = scope === null ? base : `${base}/@${scope}`;
  const apiKey = scope === null ? anyKey : `sk-qlite-${scope}`;
  let ons: ReturnType<typeof createOn>[] = [];
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
    on: (match: Match) => {
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

/** Makes the mock a test file holds. */
export const createMock = ({ backend, url, failUnused, isOwn, settle, stop, failed }: MockParts): Mock => {
  explainSuppressed();
  const open = new Set<string>();
  let told = nothingTold;
  const face = createFace(backend, url, null, "the mock", () => told, failUnused);

  const tell = (name: string): void => {
    const { outcomes, unmatched } = backend.verdict(name);
    told = { ids: new Set([...told.ids, ...unmatched.map(nameOf)]), count: told.count + outcomes.unmatched };
  };

  const scope = (name: string, { seed, cassette, fixtures = [] }: ScopeOptions = {}): Scope => {
    if (open.has(name)) throw new Error(`scope ${name} is open already; close it, or take another name`);
    backend.open(name, { seed, cassette });
    open.add(name);
    const own = createFace(backend, url, name, `scope ${name}`, () => nothingTold, false);
    const close = (): void => {
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

  let closed: Promise<void> | null = null;
  const end = async (): Promise<void> => {
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
  const close = (): Promise<void> => (closed ??= end());
  return { ...face, scope, close, [Symbol.asyncDispose]: close };
};
