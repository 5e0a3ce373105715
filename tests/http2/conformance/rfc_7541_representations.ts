import type { Case } from "./case.ts";
import { answered, connectionError } from "./expectation.ts";
import { concat, headers, ping } from "./frame.ts";
import {
  fieldBlock,
  huffmanString,
  indexed,
  Literal,
  literalOfName,
  NEWEST,
  string,
} from "./hpack.ts";
import { GET, GET_WITHOUT_PATH } from "./request.ts";

const BLOCK = fieldBlock(GET);
const BLOCK_WITHOUT_PATH = fieldBlock(GET_WITHOUT_PATH);
const PATH_INDEX = 4;

/** Without `:path` the request would be malformed, with another one not found. */
function accepted(title: string, path: ArrayLike<number>): Case {
  return {
    title: `RFC 7541 ${title} is accepted`,
    send: [headers(1, concat(BLOCK_WITHOUT_PATH, path))],
    expect: answered,
  };
}

/** A frame follows, whose octets a decoder finds that reads beyond its block. */
function decodingError(title: string, ...parts: ArrayLike<number>[]): Case {
  return {
    title: `RFC 7541 ${title} is a decoding error`,
    send: [headers(1, concat(BLOCK, ...parts)), ping(new Uint8Array(8))],
    expect: connectionError("COMPRESSION_ERROR"),
  };
}

/** A literal with a new name and a value of these octets, as its length and H bit say. */
function literal(value: ArrayLike<number>): Uint8Array {
  return concat([Literal.NOT_INDEXED], string("x"), value);
}

const VISIBLE = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 0x21 + index));

export const integers: Case[] = [
  ...[126, 127, 128, 254, 255, 256, 1337].map((length) =>
    accepted(
      `5.1 - a string length of ${length}`,
      literalOfName(Literal.NOT_INDEXED, PATH_INDEX, string("/?".padEnd(length, "x"))),
    )
  ),
  decodingError("5.1 - an index that 2^32 makes of a valid one", indexed(2 ** 32 + 16)),
  decodingError("5.1 - an index of 70 bits", [0xff, ...new Array(9).fill(0xff), 0x7f]),
  decodingError(
    "5.1 - a string length of 280 bits",
    literal([0x7f, ...new Array(39).fill(0x80), 0x01]),
  ),
  decodingError("5.1 - an integer without its last octet", [0xff, 0x80, 0x80]),
  decodingError("5.1 - an integer without what follows its prefix", [0x0f]),
];

export const strings: Case[] = [
  decodingError("5.2 - a string longer than the block", literal([0x05, 0x61])),
  decodingError("5.2 - a name longer than the block", [Literal.NOT_INDEXED, 0x05, 0x61]),
  decodingError("5.2 - a literal without its value", [Literal.NOT_INDEXED], string("x")),
  accepted(
    "5.2 - a Huffman string of all visible characters",
    concat(indexed(PATH_INDEX), literal(huffmanString(VISIBLE))),
  ),
  accepted("5.2 - an empty Huffman string", concat(indexed(PATH_INDEX), literal([0x80]))),
  // The codes of "&" and "a" are 11111000 and 00011.
  accepted(
    "5.2 - a Huffman string without padding",
    concat(indexed(PATH_INDEX), literal([0x81, 0xf8])),
  ),
  decodingError("5.2 - Huffman padding of 8 bits", literal([0x82, 0b11111000, 0xff])),
  decodingError("5.2 - Huffman padding of 11 bits", literal([0x82, 0b00011_111, 0xff])),
  decodingError("5.2 - Huffman padding of zeros", literal([0x81, 0b00011_000])),
  decodingError("5.2 - Huffman padding of a 0 among ones", literal([0x81, 0b00011_110])),
  decodingError("5.2 - a Huffman string with EOS", literal([0x84, 0xff, 0xff, 0xff, 0xff])),
  decodingError(
    "5.2 - a Huffman name with EOS",
    [Literal.NOT_INDEXED, 0x84, 0xff, 0xff, 0xff, 0xff],
    string("value"),
  ),
];

export const representations: Case[] = [
  accepted("6.1 - an indexed field", indexed(PATH_INDEX)),
  decodingError("6.1 - an indexed field of index 0", [0x80]),
  ...Object.entries(Literal).flatMap(([kind, representation]) => {
    const newName = (name: Uint8Array, value: Uint8Array) => concat([representation], name, value);
    const [path, value] = [":path", "/sample/path"];
    return [
      accepted(
        `6.2 - a literal (${kind}) with an indexed name`,
        literalOfName(representation, PATH_INDEX, string(value)),
      ),
      accepted(
        `6.2 - a literal (${kind}) with an indexed name, in Huffman code`,
        literalOfName(representation, PATH_INDEX, huffmanString(value)),
      ),
      accepted(`6.2 - a literal (${kind}) with a new name`, newName(string(path), string(value))),
      accepted(
        `6.2 - a literal (${kind}) with a new name, in Huffman code`,
        newName(huffmanString(path), huffmanString(value)),
      ),
    ];
  }),
  accepted(
    "6.2.1 - an indexed literal as the newest entry of the table",
    concat(
      indexed(PATH_INDEX),
      fieldBlock([["x-name", "value"]], Literal.INDEXED),
      indexed(NEWEST),
    ),
  ),
  decodingError(
    "6.2.2 - the index of a literal without indexing",
    fieldBlock([["x-name", "value"]], Literal.NOT_INDEXED),
    indexed(NEWEST),
  ),
  decodingError(
    "6.2.3 - the index of a literal never indexed",
    fieldBlock([["x-name", "value"]], Literal.NEVER_INDEXED),
    indexed(NEWEST),
  ),
];
