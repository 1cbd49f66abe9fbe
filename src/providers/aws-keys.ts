import { ProxyError } from "../errors.ts";
import type { AwsKeys } from "./aws-source.ts";

/** Keys are replaced this long before they end, as the official SDKs do it. */
const renewBeforeMs = 300_000;
/** They are not used in their last moments, when they could end on their way. */
const spareMs = 10_000;
/** Keys with a session have an end, also where nobody told it: those of a file, written by another tool. */
const unknownLifeMs = 900_000;
/** After an attempt keys that are still good are used for so long before the next. */
const pauseMs = 10_000;
/** How long requests wait for an attempt; a process of a profile has no limit of its own. */
const defaultAnswerTimeoutMs = 30_000;
/** So many attempts may be unanswered before no further one is begun. */
const maxUnanswered = 4;
const maxReasonChars = 300;

/** What went wrong, without what a command or an answer may have said of keys. */
const reasonOf = (thrown: unknown): string => {
  if (thrown instanceof SyntaxError) return "the answer is not valid JSON";
  if (!(thrown instanceof Error)) return "unknown failure";
  // It goes on with the command and all that it wrote.
  if (thrown.message.startsWith("Command failed")) return "the credential_process of the profile failed";
  const text = thrown.message.replaceAll(/\s+/g, " ").slice(0, maxReasonChars);
  return thrown.name === "Error" ? text : `${thrown.name}: ${text}`;
};

const noKeys = (thrown: unknown): ProxyError =>
  new ProxyError("upstream_auth_error", "The provider's credentials gave no keys", {
    // The library's own error holds the answer, and with it perhaps keys.
    cause: new Error(reasonOf(thrown)),
  });

interface Kept {
  readonly keys: AwsKeys;
  readonly renewAt: number;
}

const renewAtOf = ({ endsAt, sessionToken }: AwsKeys, now: number): number => {
  if (endsAt !== Infinity) return endsAt - renewBeforeMs;
  return sessionToken === null ? Infinity : now + unknownLifeMs;
};

/**
 * Keeps keys that are asked for, one set shared by all requests.
 *
 * They are renewed five minutes before they end, by one attempt at a time, while those that come meanwhile go on with the
 * ones there are; only without usable ones do they wait, for at most `answerTimeoutMs`. Keys of a session whose end nobody told are
 * asked for again after 15 minutes, lasting ones never. `nowMs` gives milliseconds since 1970.
 *
 * @throws {ProxyError} `upstream_auth_error` - there are none to be had; its cause says why, without keys
 */
export const createAwsKeys = (
  find: () => Promise<AwsKeys>,
  nowMs: () => number,
  answerTimeoutMs = defaultAnswerTimeoutMs,
): (() => Promise<AwsKeys>) => {
  let kept: Kept | null = null;
  let renewal: Promise<AwsKeys> | null = null;
  let unanswered = 0;
  let notBefore = 0;

  const attempt = async (): Promise<AwsKeys> => {
    if (unanswered >= maxUnanswered) throw new Error("earlier attempts are still without an answer");
    unanswered += 1;
    try {
      const keys = await find();
      const now = nowMs();
      kept = { keys, renewAt: renewAtOf(keys, now) };
      return keys;
    } finally {
      unanswered -= 1;
    }
  };

  const attemptInTime = async (): Promise<AwsKeys> => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${answerTimeoutMs} ms`)), answerTimeoutMs);
    try {
      return await Promise.race([attempt(), late]);
    } catch (thrown) {
      throw noKeys(thrown);
    } finally {
      clearTimeout(timer);
      notBefore = nowMs() + pauseMs;
      renewal = null;
    }
  };

  return () => {
    const now = nowMs();
    if (kept === null || now >= kept.keys.endsAt - spareMs) return (renewal ??= attemptInTime());
    if (now >= kept.renewAt && now >= notBefore && renewal === null) {
      renewal = attemptInTime();
      void renewal.catch(() => {});
    }
    return Promise.resolve(kept.keys);
  };
};
