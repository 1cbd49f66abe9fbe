import type { Native } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import type { Part } from "./wire.ts";

/** Gives a part of this dialect alone as it came, null for any other. */
export const toNativePart = ({ dialect, name, value }: Native): Part | null => {
  const data = toObject(value[name]);
  if (dialect !== "gemini" || data === null) return null;
  const seal = toText(value["thoughtSignature"]);
  const sealed = seal === null ? {} : { thoughtSignature: seal };
  switch (name) {
    case "executableCode":
      return { executableCode: data, ...sealed };
    case "codeExecutionResult":
      return { codeExecutionResult: data, ...sealed };
    case "toolCall":
      return { toolCall: data, ...sealed };
    case "toolResponse":
      return { toolResponse: data, ...sealed };
    case "inlineData": {
      const mimeType = toText(data["mimeType"]);
      const bytes = toText(data["data"]);
      return mimeType === null || bytes === null ? null : { inlineData: { mimeType, data: bytes }, ...sealed };
    }
    case "fileData": {
      const mimeType = toText(data["mimeType"]);
      const fileUri = toText(data["fileUri"]);
      return fileUri === null ? null : { fileData: mimeType === null ? { fileUri } : { fileUri, mimeType }, ...sealed };
    }
    default:
      return null;
  }
};
