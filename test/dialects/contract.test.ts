// One contract for all dialects. What a dialect has no words for stands in support/exceptions.ts with its reason, what
// does not hold yet in support/gaps.ts with its finding.
import { hostileReplies, hostileStreams } from "./support/hostile-replies.ts";
import { deepRequest, hostileRequests, prototypeRequests } from "./support/hostile-requests.ts";
import { replyContract } from "./support/reply-contract.ts";
import { requestContract, writtenReplyContract } from "./support/request-contract.ts";
import { sealContract, unsealedContract } from "./support/seal-contract.ts";
import { clientNames, upstreamNames } from "./support/speak.ts";
import { bedrockStreamContract, streamContract } from "./support/stream-contract.ts";

for (const name of clientNames) {
  replyContract(name);
  streamContract(name);
  requestContract(name);
  hostileRequests(name);
  prototypeRequests(name);
  deepRequest(name);
  sealContract(name);
  unsealedContract(name);
}
for (const name of upstreamNames) {
  writtenReplyContract(name);
  hostileReplies(name);
  hostileStreams(name);
}
bedrockStreamContract();
