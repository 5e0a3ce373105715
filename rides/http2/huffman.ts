/**
 * The Huffman code of RFC 7541, 5.2 and appendix B. The code is canonical: codes of one length are
 * consecutive in the order of their symbols, so the lengths alone define it.
 */
import { Buffer } from "node:buffer";

/** One base-36 digit a symbol: the length in bits of its code, from symbol 0 to EOS (256). */
const CODE_LENGTHS = [
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca",
  "d67777777777777777777777878djde6f56565666577666567655677777fbeds",
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn",
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq",
  "u",
].join("");

const EOS = 256;
/** Padding is at most 7 bits of the EOS code, which is all ones (5.2). */
const MAX_PADDING_BITS = 7;

/** What four more bits do to a state: bits 0-7 the next state, 8-15 the symbol that came out. */
const EMITS = 1 << 16;
const FAILS = 1 << 17;

const lengths = Uint8Array.from(CODE_LENGTHS, (digit) => parseInt(digit, 36));
const codes = canonicalCodes();
const { transitions, accepting } = decodingTable();

function canonicalCodes(): Uint32Array {
  const codes = new Uint32Array(lengths.length);
  let next = 0;
  for (let length = 1; length <= Math.max(...lengths); length++, next *= 2) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === length) codes[symbol] = next++;
    }
  }
  return codes;
}

/**
 * A state is an inner node of the code's tree. No code is shorter than 5 bits, so four bits finish
 * at most one symbol, and 256 states by 16 steps make a table that stays in the cache.
 */
function decodingTable(): { transitions: Uint32Array; accepting: Uint8Array } {
  type Node = { readonly state: number; readonly children: (Node | number)[] };
  const nodes: Node[] = [];
  const addNode = (): Node => {
    const node = { state: nodes.length, children: [] };
    nodes.push(node);
    return node;
  };
  const root = addNode();
  for (let symbol = 0; symbol <= EOS; symbol++) {
    let node = root;
    for (let bit = lengths[symbol]! - 1; bit > 0; bit--) {
      const child = (node.children[(codes[symbol]! >>> bit) & 1] ??= addNode());
      node = child as Node;
    }
    node.children[codes[symbol]! & 1] = symbol;
  }

  const transitions = new Uint32Array(nodes.length * 16);
  for (const start of nodes) {
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = start;
      let outcome = 0;
      for (let bit = 3; bit >= 0; bit--) {
        const child = node.children[(nibble >>> bit) & 1]!;
        if (typeof child === "number") {
          outcome |= child === EOS ? FAILS : EMITS | (child << 8);
          node = root;
        } else {
          node = child;
        }
      }
      transitions[start.state * 16 + nibble] = outcome | node.state;
    }
  }

  const accepting = new Uint8Array(nodes.length);
  let node = root;
  for (let bits = 0; bits <= MAX_PADDING_BITS; bits++, node = node.children[1] as Node) {
    accepting[node.state] = 1;
  }
  return { transitions, accepting };
}

/** The octets that `source[start, end)` stands for, as Latin-1; `undefined` if it is no valid code. */
export function decodeHuffman(source: Buffer, start: number, end: number): string | undefined {
  // The shortest code has 5 bits, so n octets become at most 8n / 5.
  const decoded = Buffer.allocUnsafe(Math.ceil(((end - start) * 8) / 5));
  let length = 0;
  let state = 0;
  for (let i = start; i < end; i++) {
    const octet = source[i]!;
    let step = transitions[(state << 4) | (octet >>> 4)]!;
    if (step & EMITS) decoded[length++] = (step >>> 8) & 0xff;
    let failed = step & FAILS;
    step = transitions[((step & 0xff) << 4) | (octet & 0xf)]!;
    if (step & EMITS) decoded[length++] = (step >>> 8) & 0xff;
    failed |= step & FAILS;
    if (failed) return undefined;
    state = step & 0xff;
  }
  return accepting[state] ? decoded.toString("latin1", 0, length) : undefined;
}

/** How many octets the Latin-1 string takes in Huffman code. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += lengths[text.charCodeAt(i) & 0xff]!;
  return (bits + 7) >>> 3;
}

/** Writes the Latin-1 string in Huffman code at `offset`; returns where it ends. */
export function encodeHuffman(text: string, target: Buffer, offset: number): number {
  let pending = 0;
  let pendingBits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    const code = codes[symbol]!;
    let rest = lengths[symbol]!;
    while (rest > 0) {
      const taken = Math.min(rest, 8 - pendingBits);
      rest -= taken;
      pending = (pending << taken) | ((code >>> rest) & ((1 << taken) - 1));
      pendingBits += taken;
      if (pendingBits === 8) {
        target[offset++] = pending;
        pending = 0;
        pendingBits = 0;
      }
    }
  }
  if (pendingBits > 0) {
    const padding = 8 - pendingBits;
    target[offset++] = (pending << padding) | ((1 << padding) - 1);
  }
  return offset;
}
