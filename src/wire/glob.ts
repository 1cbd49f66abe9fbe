/**
 * Makes the test for a pattern in which `*` stands for any characters.
 *
 * Linear in the name, which a client sends: a regular expression with two `*` takes cubic time for some.
 */
export const toMatcher = (pattern: string): ((name: string) => boolean) => {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return (name) => name === pattern;
  return (name) => {
    if (!name.startsWith(head) || !name.endsWith(tail)) return false;
    let at = head.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= name.length - tail.length;
  };
};
