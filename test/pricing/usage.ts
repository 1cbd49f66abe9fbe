import { emptyUsage } from "../../src/dialects/empty-usage.ts";
import type { Usage } from "../../src/dialects/reply.ts";

/** A usage in which nothing is told but what is given. */
export const toUsage = (given: Partial<Usage>): Usage => ({ ...emptyUsage, ...given });
