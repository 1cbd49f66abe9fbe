/** Where Google's credentials are. */
export type GoogleCredentials =
  /** Application Default Credentials: `GOOGLE_APPLICATION_CREDENTIALS`, the file of `gcloud`, the metadata server. */
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly path: string }
  /** The text of such a file. */
  | { readonly kind: "json"; readonly json: string };

/** Gives what a config says of them; nothing is said by undefined or an empty text. */
export const toGoogleCredentials = (file: string | undefined, json: string | undefined): GoogleCredentials => {
  if (file !== undefined && file !== "") return { kind: "file", path: file };
  return json === undefined || json === "" ? { kind: "default" } : { kind: "json", json };
};

/** Locations that span several regions have a host of their own form. */
const multiRegions: ReadonlySet<string> = new Set(["us", "eu"]);

const hostOf = (location: string): string => {
  if (location === "global") return "aiplatform.googleapis.com";
  return multiRegions.has(location)
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
};

/**
 * Gives the address of Vertex AI in a location (a region, `us`, `eu` or `global`), without a slash at its end.
 *
 * @see npm `@google/genai` 3.1.0, `ApiClient`; `@anthropic-ai/vertex-sdk` 1.1.3, `client.ts` (read 2026-11-22)
 */
export const vertexBaseUrl = (location: string): string => `https://${hostOf(location)}/v1`;
