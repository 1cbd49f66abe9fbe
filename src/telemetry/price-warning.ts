import type { LogFields, LogLevel } from "../log.ts";
import type { Sink } from "../record.ts";

/** More models than anybody serves; names come from clients. */
const maxWarned = 500;

interface WarningLog {
  readonly write: (level: LogLevel, message: string, fields?: LogFields) => void;
}

/** Makes a sink that warns, once for each model, of tokens that were used and have no price. The mock's have none for good. */
export const createPriceWarning = (log: WarningLog): Sink => {
  const warned = new Set<string>();
  return ({ usage, cost, provider, providerType, targetModel }) => {
    if (usage === null || cost !== null || provider === null || targetModel === null || providerType === "mock") return;
    const name = `${provider}/${targetModel}`;
    if (warned.has(name) || warned.size >= maxWarned) return;
    warned.add(name);
    log.write("warn", "no price is known, so the cost is not; add one to prices in the config", {
      provider,
      model: targetModel,
    });
  };
};
