import type { UpstreamDialect } from "../dialect.ts";
import { readFailure } from "./failure.ts";
import { noneAlike } from "../../wire/alike.ts";
import { readEvents } from "./read-events.ts";
import { readReply } from "./read-reply.ts";
import { writeRequest } from "./write-request.ts";

/**
 * Converse of Amazon Bedrock, as an upstream speaks it; its streams come in a framing of their own
 * (`wire/aws-event-stream.ts`).
 */
export const bedrockConverse: UpstreamDialect = {
  name: "bedrock-converse",
  writeRequest,
  readReply,
  readEvents,
  deltas: noneAlike,
  readFailure,
};
