import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { answered, connectionError } from "./expectation.ts";
import { concat, headers } from "./frame.ts";
import { fieldBlock, Literal } from "./hpack.ts";
import { GET, GET_WITHOUT_PATH } from "./request.ts";

const BLOCK = fieldBlock(GET);

function octets(hex: string): number[] {
  return Array.from(hex.match(/[^ ]{2}/g) ?? [], (pair) => parseInt(pair, 16));
}

/** A request of one block, answered with 200 if it is decoded as the example says. */
function example(title: string, ...block: ArrayLike<number>[]): Case {
  return {
    title: `RFC 7541 ${title}`,
    send: [headers(1, concat(...block))],
    expect: answered,
  };
}

/** Three requests, and what they leave in the table: `:authority` and two regular fields. */
function requests(title: string, blocks: string[]): Case {
  return {
    title: `RFC 7541 ${title}`,
    expect: async (connection) => {
      for (const [index, block] of [...blocks, "8286 84c0 bebf"].entries()) {
        await connection.send(headers(2 * index + 1, octets(block)));
        assert.equal((await connection.response(2 * index + 1)).status, "200");
      }
      await connection.send(headers(9, octets("8286 84c1")));
      await connectionError("COMPRESSION_ERROR")(connection);
    },
  };
}

/**
 * Three responses, with a table of 256 octets. As requests they are malformed, but they change the
 * table, in which they leave three fields.
 */
function responses(title: string, blocks: string[]): Case {
  return {
    title: `RFC 7541 ${title}`,
    send: [
      headers(1, octets(`3fe1 01${blocks[0]}`)),
      headers(3, octets(blocks[1]!)),
      headers(5, octets(blocks[2]!)),
      headers(7, concat(BLOCK, octets("bebf c0"))),
    ],
    expect: async (connection) => {
      assert.equal((await connection.response(7)).status, "200");
      await connection.send(headers(9, concat(BLOCK, octets("c1"))));
      await connectionError("COMPRESSION_ERROR")(connection);
    },
  };
}

export const appendixC: Case[] = [
  example(
    "C.1.1 - 10 with a prefix of 5 bits, as the size of a table that can hold nothing",
    octets("2a"),
    BLOCK,
  ),
  example(
    "C.1.2 - 1337 with a prefix of 5 bits, as the size of a table that holds an entry of it",
    octets("3f9a 0a"),
    BLOCK,
    fieldBlock([["x", "v".repeat(1337 - 33)]], Literal.INDEXED),
    octets("be"),
  ),
  example(
    "C.1.3 - 42 as the length of a string",
    BLOCK,
    octets("0001 782a"),
    new Uint8Array(42).fill(0x76),
  ),
  example(
    "C.2.1 - literal with indexing",
    BLOCK,
    octets("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572 be"),
  ),
  example(
    "C.2.2 - literal without indexing",
    fieldBlock(GET_WITHOUT_PATH),
    octets("040c 2f73 616d 706c 652f 7061 7468"),
  ),
  example(
    "C.2.3 - literal never indexed",
    BLOCK,
    octets("1008 7061 7373 776f 7264 0673 6563 7265 74"),
  ),
  example("C.2.4 - indexed field", octets("82"), BLOCK.subarray(fieldBlock([GET[0]!]).length)),
  requests("C.3 - requests without Huffman coding", [
    "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "8286 84be 5808 6e6f 2d63 6163 6865",
    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
  ]),
  requests("C.4 - requests with Huffman coding", [
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    "8286 84be 5886 a8eb 1064 9cbf",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
  ]),
  responses("C.5 - responses without Huffman coding", [
    "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133" +
    "2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70" +
    "6c65 2e63 6f6d",
    "4803 3330 37c1 c0bf",
    "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d" +
    "54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049" +
    "5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e" +
    "3d31",
  ]),
  responses("C.6 - responses with Huffman coding", [
    "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6" +
    "2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    "4883 640e ffc1 c0bf",
    "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab" +
    "77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f" +
    "9587 3160 65c0 03ed 4ee5 b106 3d50 07",
  ]),
];
