import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { answered, connectionError, malformed } from "./expectation.ts";
import { concat, continuation, Flag, headers, Setting } from "./frame.ts";
import {
  fieldBlock,
  huffmanString,
  indexed,
  Literal,
  literalOfName,
  NEWEST,
  string,
  tableSizeUpdate,
} from "./hpack.ts";
import { GET, GET_WITHOUT_PATH } from "./request.ts";
import { open } from "./state.ts";

/** A request on stream 1 whose field block consists of these parts. */
function request(...parts: ArrayLike<number>[]): Uint8Array[] {
  return [headers(1, concat(...parts))];
}

const BLOCK = fieldBlock(GET);
const BLOCK_WITHOUT_PATH = fieldBlock(GET_WITHOUT_PATH);

/** Adds a field whose entry has this size: 32 more than its name and its value (section 4.1). */
function entry(size: number): Uint8Array {
  return fieldBlock([["x", "v".repeat(size - 33)]], Literal.INDEXED);
}

const decodingError = connectionError("COMPRESSION_ERROR");

export const tables: Case[] = [
  {
    title: "RFC 7541 2.3.1 - entry 61 of the static table is known",
    send: request(BLOCK, indexed(61)),
    expect: answered,
  },
  {
    title: "RFC 7541 2.3.1 - entry 5 of the static table is :path: /index.html",
    send: request(BLOCK_WITHOUT_PATH, indexed(5)),
    expect: answered,
  },
  {
    title: "RFC 7541 2.3.1 - entry 57 of the static table is transfer-encoding",
    send: request(BLOCK, indexed(57)),
    expect: malformed,
  },
  {
    title: "RFC 7541 2.3.2 - the dynamic table is first in, first out",
    expect: async (connection) => {
      const paths = ["/none", "/sample/path", "/none", "/index.html"];
      for (const [index, path] of paths.entries()) {
        const field = fieldBlock([[":path", path]], Literal.INDEXED);
        await connection.send(headers(2 * index + 1, concat(BLOCK_WITHOUT_PATH, field)));
        await connection.response(2 * index + 1);
      }
      const statuses = [];
      for (const index of paths.keys()) {
        const stream = 2 * (paths.length + index) + 1;
        await connection.send(
          headers(stream, concat(BLOCK_WITHOUT_PATH, indexed(NEWEST + index))),
        );
        statuses.push((await connection.response(stream)).status);
      }
      assert.deepEqual(statuses, ["200", "404", "200", "404"]);
    },
  },
  {
    title: "RFC 7541 2.3.2 - equal entries of the dynamic table are no error",
    send: request(BLOCK, entry(50), entry(50), indexed(NEWEST), indexed(NEWEST + 1)),
    expect: answered,
  },
  {
    title: "RFC 7541 2.3.3 - an index above both tables is a decoding error",
    send: request(BLOCK, indexed(NEWEST)),
    expect: decodingError,
  },
  {
    title: "RFC 7541 2.3.3 - an index above a filled dynamic table is a decoding error",
    send: request(BLOCK, entry(50), indexed(NEWEST + 1)),
    expect: decodingError,
  },
  ...Object.entries(Literal).map(([kind, representation]): Case => ({
    title:
      `RFC 7541 2.3.3 - a literal (${kind}) whose name is above both tables is a decoding error`,
    send: request(BLOCK, literalOfName(representation, NEWEST, string("value"))),
    expect: decodingError,
  })),
  {
    title: "RFC 7541 4.1 - an entry of the size of the table is kept",
    send: request(tableSizeUpdate(100), BLOCK, entry(100), indexed(NEWEST)),
    expect: answered,
  },
  {
    title: "RFC 7541 4.1 - two entries that fill the table are kept",
    send: request(tableSizeUpdate(100), BLOCK, entry(50), entry(50), indexed(NEWEST + 1)),
    expect: answered,
  },
  {
    title: "RFC 7541 4.1 - the size of an entry is that of its strings before Huffman coding",
    send: request(
      tableSizeUpdate(100),
      BLOCK,
      entry(50),
      concat([Literal.INDEXED], string("x"), huffmanString("0".repeat(18))),
      indexed(NEWEST + 1),
    ),
    expect: decodingError,
  },
  {
    title: "RFC 7541 4.2 - the table has 4,096 octets at first",
    send: request(BLOCK, entry(2048), entry(2048), indexed(NEWEST + 1)),
    expect: answered,
  },
  {
    title: "RFC 7541 4.2 - a size update after the first field is a decoding error",
    send: request(BLOCK, tableSizeUpdate(100)),
    expect: decodingError,
  },
  {
    title: "RFC 7541 4.2 - a size update between fields is a decoding error",
    send: request(BLOCK_WITHOUT_PATH, tableSizeUpdate(100), indexed(4)),
    expect: decodingError,
  },
  {
    title: "RFC 7541 4.2 - two size updates at the start of a block are accepted",
    send: request(tableSizeUpdate(0), tableSizeUpdate(4096), BLOCK, entry(50), indexed(NEWEST)),
    expect: answered,
  },
  {
    title: "RFC 7541 4.2 - a size update at the start of trailers is accepted",
    given: open,
    send: [headers(1, concat(tableSizeUpdate(100), entry(50), indexed(NEWEST)))],
    expect: answered,
  },
  {
    title: "RFC 7541 4.2 - a size update in CONTINUATION is accepted where the block starts",
    send: [
      headers(1, [], Flag.END_STREAM),
      continuation(1, concat(tableSizeUpdate(100), BLOCK)),
    ],
    expect: answered,
  },
  {
    title: "RFC 7541 4.2 - a size update in CONTINUATION after a field is a decoding error",
    send: [headers(1, BLOCK, Flag.END_STREAM), continuation(1, tableSizeUpdate(100))],
    expect: decodingError,
  },
  {
    title: "RFC 7541 4.3 - a reduced table evicts its oldest entries",
    expect: async (connection) => {
      await connection.send(headers(1, concat(BLOCK, entry(60), entry(50))));
      await connection.response(1);
      await connection.send(headers(3, concat(tableSizeUpdate(100), BLOCK, indexed(NEWEST))));
      await connection.response(3);
      await connection.send(headers(5, concat(BLOCK, indexed(NEWEST + 1))));
      await decodingError(connection);
    },
  },
  {
    title: "RFC 7541 4.3 - a table reduced to 0 and restored is empty",
    expect: async (connection) => {
      await connection.send(headers(1, concat(BLOCK, entry(50))));
      await connection.response(1);
      await connection.send(
        headers(3, concat(tableSizeUpdate(0), tableSizeUpdate(4096), BLOCK, indexed(NEWEST))),
      );
      await decodingError(connection);
    },
  },
  {
    title: "RFC 7541 4.4 - a new entry evicts the oldest until it fits",
    send: request(tableSizeUpdate(100), BLOCK, entry(50), entry(51), indexed(NEWEST + 1)),
    expect: decodingError,
  },
  {
    title: "RFC 7541 4.4 - entries keep their places while hundreds are evicted",
    expect: async (connection) => {
      const path = fieldBlock([[":path", "/sample/path"]], Literal.INDEXED);
      const fillers = Array.from({ length: 80 }, () => entry(50));
      for (let stream = 1; stream < 40; stream += 4) {
        await connection.send(headers(stream, concat(BLOCK_WITHOUT_PATH, path, ...fillers)));
        await connection.response(stream);
        await connection.send(
          headers(stream + 2, concat(BLOCK_WITHOUT_PATH, indexed(NEWEST + fillers.length))),
        );
        assert.equal((await connection.response(stream + 2)).status, "200");
      }
    },
  },
  {
    title: "RFC 7541 4.4 - an entry larger than the table is no error",
    send: request(tableSizeUpdate(100), BLOCK, entry(101)),
    expect: answered,
  },
  {
    title: "RFC 7541 4.4 - an entry larger than the table empties it",
    send: request(tableSizeUpdate(100), BLOCK, entry(50), entry(101), indexed(NEWEST)),
    expect: decodingError,
  },
  {
    title: "RFC 7541 4.4 - a new entry may take its name from the one that it evicts",
    send: request(
      tableSizeUpdate(60),
      BLOCK,
      entry(50),
      literalOfName(Literal.INDEXED, NEWEST, string("another")),
      indexed(NEWEST),
    ),
    expect: answered,
  },
  {
    title: "RFC 7541 6.3 - a size update to the limit is accepted",
    expect: async (connection) => {
      const limit = connection.serverSettings.get(Setting.HEADER_TABLE_SIZE) ?? 4096;
      await connection.send(...request(tableSizeUpdate(limit), BLOCK));
      await answered(connection);
    },
  },
  {
    title: "RFC 7541 6.3 - a size update above the limit is a decoding error",
    expect: async (connection) => {
      const limit = connection.serverSettings.get(Setting.HEADER_TABLE_SIZE) ?? 4096;
      await connection.send(...request(tableSizeUpdate(limit + 1), BLOCK));
      await decodingError(connection);
    },
  },
];
