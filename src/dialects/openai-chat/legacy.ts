import type { Conversation, JsonObject } from "../conversation.ts";

// A client that asks with `functions` wants `function_call` back, and the conversation between the dialects has no word
// for it. Its native fields are the same object from the reader to the writer, so they are what is remembered.
const legacy = new WeakSet<JsonObject>();

/** Remembers that the request these fields are of asked with the old `functions`. */
export const rememberFunctions = (nativeFields: JsonObject): void => {
  legacy.add(nativeFields);
};

/** Whether the answer to this conversation is said with `function_call`. */
export const asksWithFunctions = ({ native }: Conversation): boolean => legacy.has(native.fields);
