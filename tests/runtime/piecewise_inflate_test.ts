import { deepEqual, equal, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { deflateSync, gzipSync } from "node:zlib";
import { PiecewiseInflate } from "../../rides/runtime/mod.ts";

const PIECE_BYTES = 1_000;
const COMPRESS = { gzip: gzipSync, deflate: deflateSync };

/** All that comes of the source, by pieces. */
function inflate(way: PiecewiseInflate, source: Buffer): Buffer {
  const pieces: Buffer[] = [];
  way.begin(source);
  for (let read = PIECE_BYTES; read === PIECE_BYTES;) {
    const piece = Buffer.alloc(PIECE_BYTES);
    read = way.next(piece);
    pieces.push(piece.subarray(0, read));
  }
  way.end();
  return Buffer.concat(pieces);
}

for (const encoding of ["gzip", "deflate"] as const) {
  const compress = COMPRESS[encoding];

  Deno.test(`PiecewiseInflate - gives what was compressed, of any length (${encoding})`, () => {
    const way = new PiecewiseInflate(encoding);
    for (const length of [0, 1, 999, 1_000, 1_001, 2_000, 70_000]) {
      for (const bytes of [randomBytes(length), Buffer.alloc(length, "ab")]) {
        deepEqual(inflate(way, compress(bytes)), bytes, `${length} bytes`);
      }
    }
  });

  Deno.test(`PiecewiseInflate - throws for what is spoilt, and goes on with the next (${encoding})`, () => {
    const way = new PiecewiseInflate(encoding);
    const good = compress(randomBytes(5_000));
    for (const cut of [0, 1, 10, good.length - 1]) {
      throws(() => inflate(way, good.subarray(0, cut)), /unexpected end of file/);
    }
    for (const at of [0, good.length - 1]) {
      const spoilt = Buffer.from(good);
      spoilt[at]! ^= 1;
      throws(() => inflate(way, spoilt), /incorrect (header|data|length) check/);
    }
    way.begin(good);
    way.next(Buffer.alloc(10));
    equal(inflate(way, compress(Buffer.from("next"))).toString(), "next");
  });
}
