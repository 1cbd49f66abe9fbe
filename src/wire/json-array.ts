const closers: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** A string, told with its last quote or without, or a mark; a string ends in front of an escape that was cut. */
const tokens = /"(?:[^"\\]|\\[^u]|\\u[\da-fA-F]{4})*("?)|[[\]{}:,]/g;

/**
 * Gives the elements of a text of JSON that is the beginning of an array, each as text; objects and arrays alone.
 *
 * The last one, where it was cut, is closed behind what had come of it, a value's string in the midst of its text. Nothing is
 * checked: what is no JSON gives elements that are none.
 */
export const splitElements = (text: string): readonly string[] => {
  const elements: string[] = [];
  const open: string[] = [];
  let start = 0;
  /** Up to here the element can be closed. */
  let safe = 0;
  let quote = "";
  let last = "";
  for (const { 0: token, 1: lastQuote, index } of text.matchAll(tokens)) {
    const closer = closers[token];
    if (last === ":" && lastQuote !== undefined) {
      safe = index + token.length;
      quote = lastQuote === "" ? '"' : "";
    }
    if (lastQuote === "") break;
    if (closer !== undefined) {
      open.push(closer);
      if (open.length === 2) start = index;
      safe = index + 1;
    } else if (token === "}" || token === "]") {
      open.pop();
      if (open.length === 0) return elements;
      safe = index + 1;
      if (open.length === 1) elements.push(text.slice(start, safe));
    } else if (token === ",") {
      safe = index;
    }
    last = token;
  }
  if (open.length > 1) elements.push(text.slice(start, safe) + quote + open.slice(1).reverse().join(""));
  return elements;
};
