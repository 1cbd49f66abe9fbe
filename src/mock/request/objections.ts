// What there is against a request that was understood, and whether it is asked.
import { toFailure } from "../../dialects/failure.ts";
import type { Failure } from "../../dialects/reply.ts";
import { ProxyError } from "../../errors.ts";
import type { Asked } from "../asked.ts";
import { checkPrevious } from "../endpoints/check/check-previous.ts";
import { checkRequest } from "../endpoints/check/check-request.ts";
import type { Heard } from "../endpoints/endpoint.ts";
import { joined } from "../endpoints/joined.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { KeptResponses } from "../kept-responses.ts";

const none: readonly Failure[] = [];

/** What the endpoint itself has against a request that it has understood. */
const judge = ({ judge: ask }: Heard): readonly Failure[] => {
  try {
    ask?.();
    return none;
  } catch (thrown) {
    if (thrown instanceof ProxyError) return [toFailure(thrown)];
    throw thrown;
  }
};

type Objections = (heard: Heard, asked: Asked, kept: KeptResponses) => readonly Failure[];

/** Makes what lists the objections to a request; the first is what the official API would answer. */
export const createObjections = ({ validate, tape, live }: EngineParts): Objections => {
  if (validate === "off") return () => none;
  if (validate === "bounds") return judge;
  return (heard, asked, kept) => {
    const own = joined(judge(heard), checkRequest(asked));
    // What a provider keeps, it alone knows.
    return tape === null && live === null ? joined(own, checkPrevious(asked, kept)) : own;
  };
};
