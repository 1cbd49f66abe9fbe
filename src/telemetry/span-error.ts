import type { ExchangeRecord } from "../record.ts";

const isOthersFault = ({ errorSource }: ExchangeRecord): boolean => errorSource !== null && errorSource !== "client";

/**
 * Whether the exchange counts as failed on our side: what the upstream or the proxy broke, and every status from 500.
 *
 * A client's own mistake, and its leaving, is no error of a server.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
 */
export const isServerError = (record: ExchangeRecord): boolean => isOthersFault(record) || record.status >= 500;

/** Gives `error.type` of the exchange: our code, or the status of a reply from 500; null for none. */
export const toErrorType = ({ errorCode, status }: ExchangeRecord): string | null =>
  errorCode ?? (status >= 500 ? String(status) : null);

/**
 * Gives `error.type` of the call upstream, null when that did not fail: our code where the upstream or the proxy broke
 * it, or the status of the error the upstream replied with.
 */
export const toUpstreamErrorType = (record: ExchangeRecord): string | null => {
  const { errorCode, status } = record;
  if (errorCode !== null) return isOthersFault(record) ? errorCode : null;
  return status >= 400 ? String(status) : null;
};
