import type { Message } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { createToolIds } from "./tool-ids.ts";
import { writeInputPart, writeOutputPart, writeText, writeToolResult } from "./write-blocks.ts";
import type { BlockParam, MessageParam } from "./wire.ts";

/** All that one side says before another does; consecutive messages of one role are one turn. */
export interface Turn {
  readonly role: "user" | "assistant" | "system";
  readonly blocks: readonly BlockParam[];
}

export interface History {
  readonly system: readonly BlockParam[];
  readonly turns: readonly Turn[];
}

/** Joins turns of one role and leaves out those in which nothing is left. */
const mergeTurns = (turns: readonly Turn[]): readonly Turn[] => {
  const merged: { role: Turn["role"]; blocks: BlockParam[] }[] = [];
  for (const { role, blocks } of turns) {
    if (blocks.length === 0) continue;
    const last = merged.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else merged.push({ role, blocks: [...blocks] });
  }
  return merged;
};

/** Says every message; a tool's results are the user's. */
export const writeTurns = (messages: readonly Message[], drops: Drops): readonly Turn[] => {
  const toolId = createToolIds();
  const turns = messages.map((message): Turn => {
    if (message.role === "tool") {
      const blocks = message.results.map((result) => writeToolResult(result, toolId(result.callId), drops));
      return { role: "user", blocks };
    }
    if (message.name !== null) drops.name("messages.name");
    const { role } = message;
    const blocks: readonly (BlockParam | null)[] =
      role === "assistant"
        ? message.content.map((part) => writeOutputPart(part, toolId, drops))
        : message.content.map((part) => (role === "user" ? writeInputPart(part, drops) : writeSystemPart(part, drops)));
    return { role: role === "developer" ? "system" : role, blocks: blocks.filter((block) => block !== null) };
  });
  return mergeTurns(turns);
};

const writeSystemPart = (part: Parameters<typeof writeInputPart>[0], drops: Drops): BlockParam | null =>
  part.kind === "text" ? writeText(part, drops) : null;

const isThinking = ({ type }: BlockParam): boolean => type === "thinking" || type === "redacted_thinking";

/** Leaves all thinking out, which the service refuses in a request that does not think. */
export const withoutThinking = (turns: readonly Turn[], drops: Drops): readonly Turn[] => {
  if (!turns.some(({ blocks }) => blocks.some(isThinking))) return turns;
  drops.name("messages.content.reasoning");
  return mergeTurns(turns.map(({ role, blocks }) => ({ role, blocks: blocks.filter((block) => !isThinking(block)) })));
};

const isResult = ({ type }: BlockParam): boolean => type === "tool_result";
const holdsResult = ({ blocks }: Turn): boolean => blocks.some(isResult);

/**
 * Whether the service lets a request with a thinking budget go on from here: a turn of the assistant, the calls in it
 * and their results included, must have begun with thinking. An answer begun by the client never did.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking (read 2026-11-22)
 */
export const letsThink = (turns: readonly Turn[]): boolean => {
  const spoken = turns.filter(({ role }) => role !== "system");
  if (spoken[0]?.role === "assistant" || spoken.at(-1)?.role === "assistant") return false;
  const start = spoken.findLastIndex((turn) => turn.role === "user" && !holdsResult(turn)) + 1;
  const first = spoken[start]?.blocks[0];
  return first === undefined || isThinking(first);
};

const isLateSystem = (turns: readonly Turn[], index: number): boolean =>
  turns[index - 1]?.role === "user" && (turns[index + 1] === undefined || turns[index + 1]?.role === "assistant");

/** Results stand first in the turn that follows the calls. */
const resultsFirst = (turn: Turn): Turn => {
  if (turn.role !== "user" || !holdsResult(turn)) return turn;
  return {
    role: "user",
    blocks: [...turn.blocks.filter(isResult), ...turn.blocks.filter((block) => !isResult(block))],
  };
};

const trimEnd = (turn: Turn): Turn => {
  const last = turn.blocks.at(-1);
  if (turn.role !== "assistant" || last?.type !== "text" || typeof last["text"] !== "string") return turn;
  return { role: "assistant", blocks: [...turn.blocks.slice(0, -1), { ...last, text: last["text"].trimEnd() }] };
};

/**
 * Puts the turns into the order the service takes.
 *
 * System messages before all others become the `system` field. A later one stays only right behind a turn of the user
 * and before one of the assistant or the end, and only where `takesLateSystem`; else it joins the field and its position
 * is named. With nothing but system messages the last is said by the user, since the service wants a turn. White space
 * at the end of an answer to be gone on with is refused, so it goes.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages (read 2026-11-22)
 */
export const arrange = (turns: readonly Turn[], takesLateSystem: boolean, drops: Drops): History => {
  const system: BlockParam[] = [];
  const kept = turns.filter((turn, index) => {
    if (turn.role !== "system" || (takesLateSystem && isLateSystem(turns, index))) return true;
    if (index > 0) drops.name("messages.system.position");
    system.push(...turn.blocks);
    return false;
  });
  const arranged = mergeTurns(kept).map(resultsFirst);
  const last = arranged.at(-1);
  if (last !== undefined) return { system, turns: [...arranged.slice(0, -1), trimEnd(last)] };
  const said = system.pop();
  if (said === undefined) return { system, turns: [] };
  drops.name("messages.role");
  return { system, turns: [{ role: "user", blocks: [said] }] };
};

/** Gives blocks as the service takes them: a single plain text as a string. */
export const toContent = (blocks: readonly BlockParam[]): MessageParam["content"] => {
  const [only] = blocks;
  const isPlain = blocks.length === 1 && only?.type === "text" && Object.keys(only).length === 2;
  return isPlain && "text" in only && typeof only.text === "string" ? only.text : blocks;
};
