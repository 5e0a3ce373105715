import { plainAddress } from "./peer.ts";

/**
 * The part of an address that its owner cannot choose, to count by owner: a whole IPv4 address, or the first
 * 64 bits of an IPv6 address, the least that a site is given (RFC 6177, RFC 7421). An IPv4-mapped IPv6
 * address (`::ffff:127.0.0.1`) counts as the IPv4 address.
 */
export function addressBlock(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const plain = plainAddress(address);
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.replace(/%.*$/, "").split("::");
  const left = groups(head);
  const right = groups(tail ?? "");
  const zeros = Array(Math.max(0, 8 - left.length - right.length)).fill("0");
  const prefix = [...left, ...zeros, ...right].slice(0, 4).map((group) => parseInt(group, 16));
  return `${prefix.map((group) => group.toString(16)).join(":")}::/64`;
}

function groups(text: string): string[] {
  // An IPv4 address at the end stands for two groups, beyond those that count.
  return text === "" ? [] : text.replace(/\d+\.\d+\.\d+\.\d+$/, "0:0").split(":");
}
