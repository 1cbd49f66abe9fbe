import { ProxyError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { parseQuery, type ReportQuery } from "../ledger/query.ts";
import { toReportJson } from "../ledger/report-json.ts";
import { replyWhole, type Exchange, type Handler } from "../pipeline.ts";

const json = { headers: { "content-type": "application/json", "cache-control": "no-store" } };

const refuse = (message: string, param: string): never => {
  throw new ProxyError("invalid_request", message, { param });
};

const toQuery = (search: string, now: number): ReportQuery => {
  const given = new URLSearchParams(search);
  for (const [name] of given) {
    const shown = name.slice(0, 60);
    if (name !== "by" && name !== "since")
      refuse(`${JSON.stringify(shown)} is no parameter of this; there are by and since`, shown);
    if (given.getAll(name).length > 1) refuse(`${name} is there more than once; join its values with commas`, name);
  }
  const parsed = parseQuery(given.get("by"), given.get("since"), now);
  return parsed.kind === "ok" ? parsed.query : refuse(parsed.fault.message, parsed.fault.param);
};

/**
 * Answers `GET /admin/usage?by=model,key,provider,day&since=7d` with sums over the exchanges of the ledger.
 *
 * Costs are decimal strings of USD, exact. Who may ask is not its concern. `now` is milliseconds since 1970.
 *
 * @throws {ProxyError} `invalid_request` with the parameter at fault, `ledger_unavailable` when the ledger cannot be read
 */
export const createUsageReport =
  (ledger: Pick<Ledger, "report">, now: () => number): Handler =>
  async (exchange: Exchange) => {
    const query = toQuery(exchange.search, now());
    const report = await ledger.report(query).catch((cause: unknown) => {
      throw new ProxyError(
        "ledger_unavailable",
        "The ledger cannot be read now; the log has the reason under this request id",
        {
          cause,
        },
      );
    });
    return replyWhole(exchange, `${toReportJson(report)}\n`, json);
  };
