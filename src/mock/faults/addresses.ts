/** The bytes of an IPv4 address in a text of IPv6, as two groups. */
const embedded = (text: string): string => {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted === null) return text;
  const [, before = "", ...parts] = dotted;
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
  return `${before}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

const parseGroups = (text: string): number[] =>
  text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));

const parseV6 = (text: string): number[] => {
  const [head = "", tail] = embedded(text).split("::");
  const before = parseGroups(head);
  const after = tail === undefined ? [] : parseGroups(tail);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => 0), ...after];
};

const isMapped = (groups: readonly number[]): boolean =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

/**
 * One text for one address, from its text or its 4 or 16 bytes: an IPv4 address inside of IPv6 is the IPv4 address, and the
 * zone of a link-local one is left out.
 */
export const toHost = (address: string | Uint8Array): string => {
  if (typeof address === "string" && !address.includes(":")) return address;
  if (typeof address !== "string" && address.length === 4) return address.join(".");
  const groups =
    typeof address === "string"
      ? parseV6(address.replace(/%.*$/, ""))
      : Array.from({ length: 8 }, (_, at) => ((address[at * 2] ?? 0) << 8) | (address[at * 2 + 1] ?? 0));
  if (!isMapped(groups)) return groups.map((group) => group.toString(16)).join(":");
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
};
