/** The endings by which services tell the type of a document, where they are not what the type itself says. */
const endings: Readonly<Record<string, string>> = {
  "text/plain": "txt",
  "text/markdown": "md",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
};

const endingOf = (mediaType: string): string | null => {
  const type = mediaType.split(";")[0]?.trim() ?? "";
  return endings[type] ?? /^\w+\/([a-z]{2,4})$/.exec(type)?.[1] ?? null;
};

const hasEnding = /\.[a-z]\w{0,9}$/i;

/** Gives the name of a document for a service that requires one and tells its type by the ending: a title gets that ending. */
export const fileNameOf = (name: string | null, mediaType: string): string => {
  const ending = endingOf(mediaType);
  if (name === null || name === "") return `document.${ending ?? "bin"}`;
  return ending === null || hasEnding.test(name) ? name : `${name}.${ending}`;
};
