import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import type { Connection } from "./connection.ts";
import { answered, connectionError, type Expectation } from "./expectation.ts";
import {
  concat,
  continuation,
  Flag,
  headers,
  rstStream,
  Setting,
  settings,
  Type,
} from "./frame.ts";
import { fieldBlock, indexed, Literal, NEWEST } from "./hpack.ts";
import { GET, get, GET_WITHOUT_PATH } from "./request.ts";
import { TRAILER } from "./site.ts";
import { ABOVE_CROWD, closed, crowded, open, resetByServer } from "./state.ts";

/** An indexed field of index 0, which stands for nothing. */
const UNDECODABLE = indexed(0);

/** Puts a field into the dynamic table, as its newest entry. */
const INDEXED_PATH = fieldBlock([[":path", "/sample/path"]], Literal.INDEXED);

/** The server can decode a request that relies on the entry made by `INDEXED_PATH`. */
const knowsIndexedPath: Expectation = async (connection) => {
  const stream = ABOVE_CROWD + 2;
  await connection.send(headers(stream, concat(fieldBlock(GET_WITHOUT_PATH), indexed(NEWEST))));
  assert.equal((await connection.response(stream)).status, "200");
};

async function sizeUpdatesOfResponse(connection: Connection, stream: number): Promise<number[]> {
  await connection.send(get(stream));
  return connection.block(await connection.find(Type.HEADERS, stream)).sizeUpdates;
}

export const fieldBlocks: Case[] = [
  {
    title: "RFC 9113 4.3 - an undecodable header section is a connection error COMPRESSION_ERROR",
    send: [headers(1, UNDECODABLE)],
    expect: connectionError("COMPRESSION_ERROR"),
  },
  {
    title: "RFC 9113 4.3 - an undecodable trailer section is a connection error COMPRESSION_ERROR",
    given: open,
    send: [headers(1, UNDECODABLE)],
    expect: connectionError("COMPRESSION_ERROR"),
  },
  {
    title: "RFC 9113 4.3 - an undecodable CONTINUATION is a connection error COMPRESSION_ERROR",
    send: [headers(1, fieldBlock(GET), Flag.END_STREAM), continuation(1, UNDECODABLE)],
    expect: connectionError("COMPRESSION_ERROR"),
  },
  {
    title:
      "RFC 9113 4.3 - an undecodable block on a stream the server has reset is a connection error COMPRESSION_ERROR",
    given: resetByServer,
    send: [headers(1, UNDECODABLE)],
    expect: connectionError("COMPRESSION_ERROR"),
  },
  {
    title:
      "RFC 9113 4.3 - a block that ends within a field is a connection error COMPRESSION_ERROR",
    send: [headers(1, fieldBlock(GET).subarray(0, -1))],
    expect: connectionError("COMPRESSION_ERROR"),
  },
  {
    title: "RFC 9113 4.3 - a block cut within its fields is put together",
    send: [
      headers(1, fieldBlock(GET).subarray(0, 1), Flag.END_STREAM),
      continuation(1, fieldBlock(GET).subarray(1, 20), Flag.NONE),
      continuation(1, fieldBlock(GET).subarray(20)),
    ],
    expect: answered,
  },
  {
    title: "RFC 9113 4.3 - the block of a malformed request changes the compression state",
    send: [headers(1, concat(fieldBlock(GET), INDEXED_PATH))],
    expect: knowsIndexedPath,
  },
  {
    title: "RFC 9113 4.3 - the block of malformed trailers changes the compression state",
    given: open,
    send: [headers(1, INDEXED_PATH)],
    expect: knowsIndexedPath,
  },
  {
    title: "RFC 9113 4.3 - a block on a stream the server has reset changes the compression state",
    given: resetByServer,
    send: [headers(1, INDEXED_PATH)],
    expect: knowsIndexedPath,
  },
  {
    title: "RFC 9113 4.3 - the block of a refused stream changes the compression state",
    given: crowded,
    send: [
      headers(ABOVE_CROWD, concat(fieldBlock(GET_WITHOUT_PATH), INDEXED_PATH)),
      rstStream(1),
    ],
    expect: knowsIndexedPath,
  },
  {
    title: "RFC 9113 4.3.1 - the blocks of responses can be decoded with tables of any size",
    expect: async (connection) => {
      for (const [index, size] of [4_096, 100, 0, 65_536, 50].entries()) {
        await connection.send(settings([Setting.HEADER_TABLE_SIZE, size]));
        await connection.settled();
        for (const stream of [1, 3, 5, 7].map((id) => id + 8 * index)) {
          await connection.send(get(stream));
          const { status, trailers } = await connection.response(stream);
          assert.equal(status, "200");
          assert.deepEqual(trailers, [TRAILER]);
        }
      }
    },
  },
  {
    title: "RFC 9113 4.3.1 - a table size of 0 in the preface is taken over by the next block",
    given: (connection) => connection.handshake([Setting.HEADER_TABLE_SIZE, 0]),
    expect: async (connection) => {
      assert.deepEqual(await sizeUpdatesOfResponse(connection, 1), [0]);
      assert.deepEqual(await sizeUpdatesOfResponse(connection, 3), []);
    },
  },
  {
    title: "RFC 9113 4.3.1 - a table size reduced later is taken over by the next block",
    given: closed,
    send: [settings([Setting.HEADER_TABLE_SIZE, 0])],
    expect: async (connection) => {
      await connection.settled();
      assert.deepEqual(await sizeUpdatesOfResponse(connection, 3), [0]);
      assert.deepEqual(await sizeUpdatesOfResponse(connection, 5), []);
    },
  },
  {
    title: "RFC 9113 4.3.1 - a table size reduced and restored is signalled with its least value",
    given: closed,
    send: [settings([Setting.HEADER_TABLE_SIZE, 0]), settings([Setting.HEADER_TABLE_SIZE, 4096])],
    expect: async (connection) => {
      await connection.settled();
      await connection.settled();
      const [least, final = 0, ...more] = await sizeUpdatesOfResponse(connection, 3);
      assert.equal(least, 0);
      assert(final <= 4096);
      assert.deepEqual(more, []);
    },
  },
];
