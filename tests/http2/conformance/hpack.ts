/** As much of RFC 7541 as the cases need: literals to send, and a decoder for what servers send. */

import { ascii, concat } from "./frame.ts";

export type Field = readonly [name: string, value: string];

/** How a literal is represented, as its first octet (RFC 7541 section 6.2). */
export const Literal = { INDEXED: 0x40, NOT_INDEXED: 0x00, NEVER_INDEXED: 0x10 } as const;

/** RFC 7541 section 5.1; `pattern` holds the bits before the prefix. */
export function integer(value: number, prefixBits: number, pattern = 0): number[] {
  const limit = 2 ** prefixBits - 1;
  if (value < limit) return [pattern | value];
  const octets = [pattern | limit];
  let rest = value - limit;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push(rest % 128 + 128);
  return [...octets, rest];
}

export function string(text: string): Uint8Array {
  return concat(integer(text.length, 7), ascii(text));
}

export function huffmanString(text: string): Uint8Array {
  const bits = Array.from(text, (character) => {
    const code = CODES.get(character);
    if (code === undefined) throw new Error(`no code is known for "${character}"`);
    return code;
  }).join("");
  const octets = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1").match(/.{8}/g) ?? [];
  return concat(integer(octets.length, 7, 0x80), octets.map((octet) => parseInt(octet, 2)));
}

/** Fields as literals with new names; no table and no Huffman code has a part in it. */
export function fieldBlock(
  fields: readonly Field[],
  representation: number = Literal.NOT_INDEXED,
): Uint8Array {
  return concat(
    ...fields.map(([name, value]) => concat([representation], string(name), string(value))),
  );
}

/** The indexed field of the first entry of the dynamic table, the newest. */
export const NEWEST = 62;

export function indexed(index: number): number[] {
  return integer(index, 7, 0x80);
}

/** A literal that takes its name from a table. */
export function literalOfName(representation: number, index: number, value: ArrayLike<number>) {
  return concat(integer(index, representation === Literal.INDEXED ? 6 : 4, representation), value);
}

export function tableSizeUpdate(size: number): number[] {
  return integer(size, 5, 0x20);
}

export interface DecodedBlock {
  readonly fields: Field[];
  /** The dynamic table size updates at its start. */
  readonly sizeUpdates: number[];
}

export class Decoder {
  readonly #table: Field[] = [];
  #maximum = 4096;
  #block: Uint8Array = new Uint8Array();
  #offset = 0;

  decode(block: Uint8Array): DecodedBlock {
    this.#block = block;
    this.#offset = 0;
    const fields: Field[] = [];
    const sizeUpdates: number[] = [];
    while (this.#offset < block.length) {
      const octet = block[this.#offset]!;
      if (octet & 0x80) {
        fields.push(this.#entry(this.#integer(7)));
      } else if ((octet & 0xe0) === 0x20) {
        if (fields.length > 0) throw new Error("a table size update follows a field");
        this.#maximum = this.#integer(5);
        sizeUpdates.push(this.#maximum);
        this.#evict();
      } else {
        const indexing = (octet & 0x40) !== 0;
        const index = this.#integer(indexing ? 6 : 4);
        const name = index === 0 ? this.#string() : this.#entry(index)[0];
        const field: Field = [name, this.#string()];
        fields.push(field);
        if (indexing) {
          this.#table.unshift(field);
          this.#evict();
        }
      }
    }
    return { fields, sizeUpdates };
  }

  #entry(index: number): Field {
    const entry = STATIC_TABLE[index - 1] ?? this.#table[index - 1 - STATIC_TABLE.length];
    if (!entry) throw new Error(`index ${index} is in no table`);
    return entry;
  }

  #evict(): void {
    const size = () => this.#table.reduce((sum, [n, v]) => sum + n.length + v.length + 32, 0);
    while (size() > this.#maximum) this.#table.pop();
  }

  #octet(): number {
    const octet = this.#block[this.#offset++];
    if (octet === undefined) throw new Error("the field block ends within a representation");
    return octet;
  }

  #integer(prefixBits: number): number {
    const limit = 2 ** prefixBits - 1;
    let value = this.#octet() & limit;
    if (value < limit) return value;
    for (let weight = 1;; weight *= 128) {
      const octet = this.#octet();
      value += (octet & 0x7f) * weight;
      if (octet < 128) return value;
    }
  }

  #string(): string {
    const huffman = ((this.#block[this.#offset] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const octets = Array.from({ length }, () => this.#octet());
    return huffman ? readHuffman(octets) : String.fromCharCode(...octets);
  }
}

function readHuffman(octets: number[]): string {
  let text = "";
  let code = "";
  for (const bit of octets.map((octet) => octet.toString(2).padStart(8, "0")).join("")) {
    code += bit;
    const character = CHARACTERS.get(code);
    if (character !== undefined) {
      text += character;
      code = "";
    }
  }
  if (code.length > 7 || code.includes("0")) throw new Error("a Huffman string ends wrongly");
  return text;
}

/**
 * The Huffman code of RFC 7541 appendix B for visible ASCII. It is canonical, so the characters of
 * each code length, in order, are all there is to know.
 */
const BY_LENGTH: Record<number, string> = {
  5: "012aceiost",
  6: " %-./3456789=A_bdfghlmnpru",
  7: ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz",
  8: "&*,;XZ",
  10: '!"()?',
  11: "'+|",
  12: "#>",
  13: "\0$@[]~",
  14: "^}",
  15: "<`{",
  19: "\\",
};

const CODES = new Map<string, string>();
for (let length = 5, code = 0; length <= 19; length++, code *= 2) {
  for (const character of BY_LENGTH[length] ?? "") {
    CODES.set(character, (code++).toString(2).padStart(length, "0"));
  }
}
const CHARACTERS = new Map(Array.from(CODES, ([character, code]) => [code, character]));

/** RFC 7541 appendix A. */
const STATIC_TABLE: Field[] = `
:authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|
:status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|
accept-charset|accept-encoding=gzip, deflate|accept-language|accept-ranges|accept|
access-control-allow-origin|age|allow|authorization|cache-control|content-disposition|
content-encoding|content-language|content-length|content-location|content-range|content-type|
cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|
if-unmodified-since|last-modified|link|location|max-forwards|proxy-authenticate|
proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|
strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate
`.replaceAll("\n", "").split("|").map((entry): Field => {
  const [name = "", value = ""] = entry.split("=");
  return [name, value];
});
