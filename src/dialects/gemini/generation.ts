/**
 * Whether a model is older than Gemini 3, which brought levels of thinking, seals that must come back, media in
 * function
 * responses and a resolution for each part; the service refuses the latter two for an older one.
 *
 * @see https://ai.google.dev/gemini-api/docs/gemini-3 (read 2026-11-22)
 */
export const isBeforeGemini3 = (model: string): boolean => /\bgemini-(?:1|2)(?:\.|-|$)/.test(model);
