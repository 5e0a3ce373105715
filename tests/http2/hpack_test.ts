import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { ConnectionError, ErrorCode } from "../../rides/http2/errors.ts";
import type { Field } from "../../rides/http2/field.ts";
import { HpackDecoder } from "../../rides/http2/hpack_decoder.ts";
import { HpackEncoder } from "../../rides/http2/hpack_encoder.ts";
import { decodeHuffman, encodeHuffman, huffmanLength } from "../../rides/http2/huffman.ts";
import { checkProperty } from "../support/property.ts";
import { hex } from "./support/frames.ts";

type Pair = readonly [name: string, value: string];

function decode(decoder: HpackDecoder, block: Buffer): Pair[] {
  const pairs: Pair[] = [];
  decoder.decode(block, 0, block.length, {
    add: ({ name, value }: Field) => pairs.push([name, value]),
  });
  return pairs;
}

function encode(encoder: HpackEncoder, pairs: readonly Pair[]): Buffer {
  encoder.begin();
  for (const [name, value] of pairs) encoder.add(name, value);
  return Buffer.from(encoder.buffer.subarray(0, encoder.length));
}

const FIRST_REQUEST: Pair[] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "www.example.com"],
];
const REQUESTS: Pair[][] = [
  FIRST_REQUEST,
  [...FIRST_REQUEST, ["cache-control", "no-cache"]],
  [
    [":method", "GET"],
    [":scheme", "https"],
    [":path", "/index.html"],
    [":authority", "www.example.com"],
    ["custom-key", "custom-value"],
  ],
];
const RESPONSES: Pair[][] = [
  [
    [":status", "302"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ],
  [
    [":status", "307"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ],
  [
    [":status", "200"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
    ["location", "https://www.example.com"],
    ["content-encoding", "gzip"],
    ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
  ],
];

/** RFC 7541, appendix C: each a connection's blocks, in order. */
const VECTORS: { title: string; tableBytes?: number; blocks: string[]; lists: Pair[][] }[] = [
  {
    title: "C.2.1 literal with indexing",
    blocks: ["400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"],
    lists: [[["custom-key", "custom-header"]]],
  },
  {
    title: "C.2.2 literal without indexing",
    blocks: ["040c 2f73 616d 706c 652f 7061 7468"],
    lists: [[[":path", "/sample/path"]]],
  },
  {
    title: "C.2.3 literal never indexed",
    blocks: ["1008 7061 7373 776f 7264 0673 6563 7265 74"],
    lists: [[["password", "secret"]]],
  },
  { title: "C.2.4 indexed", blocks: ["82"], lists: [[[":method", "GET"]]] },
  {
    title: "C.3 requests without Huffman coding",
    blocks: [
      "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "8286 84be 5808 6e6f 2d63 6163 6865",
      "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ],
    lists: REQUESTS,
  },
  {
    title: "C.4 requests with Huffman coding",
    blocks: [
      "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
      "8286 84be 5886 a8eb 1064 9cbf",
      "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ],
    lists: REQUESTS,
  },
  {
    title: "C.5 responses without Huffman coding",
    tableBytes: 256,
    blocks: [
      "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 " +
      "303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "4803 3330 37c1 c0bf",
      "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 " +
      "677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 " +
      "553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
    ],
    lists: RESPONSES,
  },
  {
    title: "C.6 responses with Huffman coding",
    tableBytes: 256,
    blocks: [
      "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e " +
      "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
      "4883 640e ffc1 c0bf",
      "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 " +
      "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed " +
      "4ee5 b106 3d50 07",
    ],
    lists: RESPONSES,
  },
];

for (const { title, tableBytes, blocks, lists } of VECTORS) {
  Deno.test(`HPACK - RFC 7541, ${title}`, () => {
    const decoder = new HpackDecoder();
    if (tableBytes !== undefined) {
      decoder.setMaxTableBytes(tableBytes);
      assert.deepEqual(decode(decoder, hex("3fe101")), []); // The size update to 256 (6.3).
    }
    assert.deepEqual(blocks.map((block) => decode(decoder, hex(block))), lists);
  });
}

Deno.test("HPACK - the encoder indexes what repeats and no more", () => {
  const encoder = new HpackEncoder(4096);
  const pairs: Pair[] = [["content-type", "application/grpc"], ["x-request-id", "1"]];
  encode(encoder, pairs);
  encode(encoder, [pairs[0]!, ["x-request-id", "2"]]);
  const third = encode(encoder, [pairs[0]!, ["x-request-id", "3"]]);
  assert.equal(third[0], 0x80 | 62, "content-type is the newest entry of the dynamic table");
  assert.equal(third[1]! & 0xf0, 0x00, "x-request-id is a literal without indexing");
});

Deno.test("HPACK - the encoder's table has its own limit, whatever more is offered", () => {
  const encoder = new HpackEncoder(100);
  encoder.setTableBytes(65_536);
  assert.deepEqual(encode(encoder, []), hex("3f45"));
});

Deno.test("HPACK - the encoder tells the smallest size of its table, then the last", () => {
  const encoder = new HpackEncoder(4096);
  for (const size of [0, 4096]) encoder.setTableBytes(size);
  assert.deepEqual(encode(encoder, []), hex("20 3fe11f"));
  assert.deepEqual(encode(encoder, []), hex(""), "once");
});

for (const name of ["authorization", "set-cookie"]) {
  Deno.test(`HPACK - credentials never enter a table: ${name}`, () => {
    const encoder = new HpackEncoder(4096);
    for (let i = 0; i < 3; i++) {
      const block = encode(encoder, [[name, "secret"]]);
      assert.equal(block[0]! & 0xf0, 0x10);
    }
  });
}

Deno.test("HPACK - strings of any length decode to what was encoded", () => {
  const encoder = new HpackEncoder(4096);
  const decoder = new HpackDecoder();
  // The code of "~" has 13 bits, so these go out as they are. 5.1: 127 more than a power of 128 matters.
  for (const length of [126, 127, 128, 254, 255, 256, 16_510, 16_511, 16_512]) {
    const pairs: Pair[] = [["x-long", "~".repeat(length)]];
    assert.deepEqual(decode(decoder, encode(encoder, pairs)), pairs, `${length} characters`);
  }
});

Deno.test("HPACK - of one name's values that the table has, the oldest leaves first", () => {
  const encoder = new HpackEncoder(256);
  const decoder = new HpackDecoder();
  for (const value of ["1", "2", "3", "4", "5", "6", "7", "1", "7", "2"]) {
    // Twice, since only what repeats enters the table, and then as a reference to it.
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(decode(decoder, encode(encoder, [["x-name", value]])), [["x-name", value]]);
    }
  }
});

Deno.test("HPACK - an integer does not go on behind its block", () => {
  const decoder = new HpackDecoder();
  const entries = Array.from({ length: 80 }, () => "400178 0179").join("");
  decode(decoder, hex(entries));
  // With the octet that follows it would be the index 127, which the table has.
  const octets = hex("ff 00");
  assert.equal(decode(decoder, octets).length, 1);
  assert.throws(
    () => decoder.decode(octets, 0, 1, { add: () => {} }),
    { code: ErrorCode.COMPRESSION_ERROR },
  );
});

const malformed: [title: string, block: string][] = [
  ["index 0", "80"],
  ["an index behind the table", "be"],
  ["an integer of more than 28 bits", "ffff ffff ffff 0f"],
  ["an integer cut off", "ff"],
  ["a string cut off", "0003 6162"],
  ["a missing value", "0001 61"],
  ["a Huffman string with EOS", "0084 ffff fffc 0161"],
  ["Huffman padding of zeros", "0081 0001 61"],
  ["Huffman padding of 8 bits", "0082 1fff 0161"],
  ["a table larger than allowed", "3fe2 1f"],
  ["a size update after a field", "8220"],
];
for (const [title, block] of malformed) {
  Deno.test(`HPACK - ${title} is a compression error`, () => {
    assert.throws(
      () => decode(new HpackDecoder(), hex(block)),
      (error) => error instanceof ConnectionError && error.code === ErrorCode.COMPRESSION_ERROR,
    );
  });
}

Deno.test("HPACK - a lowered setting must be followed by a size update", () => {
  const decoder = new HpackDecoder();
  decoder.setMaxTableBytes(100);
  assert.throws(() => decode(decoder, hex("82")), { code: ErrorCode.COMPRESSION_ERROR });
  const updated = new HpackDecoder();
  updated.setMaxTableBytes(100);
  assert.deepEqual(decode(updated, hex("2082")), [[":method", "GET"]]);
});

const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
});

Deno.test("HPACK - Huffman code decodes to what was encoded", () => {
  checkProperty(fc.property(latin1, (text) => {
    const encoded = Buffer.alloc(huffmanLength(text));
    assert.equal(encodeHuffman(text, encoded, 0), encoded.length);
    assert.equal(decodeHuffman(encoded, 0, encoded.length), text);
  }));
});

Deno.test("HPACK - blocks decode to what was encoded, whatever the sizes of the table", () => {
  const name = fc.constantFrom(
    ":status",
    "content-type",
    "grpc-status",
    "x-a",
    "x-b",
    "set-cookie",
  );
  const value = fc.oneof(fc.constantFrom("0", "200", "application/grpc", "a".repeat(200)), latin1);
  const step = fc.record({
    pairs: fc.array(fc.tuple(name, value), { maxLength: 12 }),
    sizes: fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 3 }),
  });
  checkProperty(
    fc.property(
      fc.array(step, { maxLength: 20 }),
      fc.integer({ min: 0, max: 8192 }),
      (steps, own) => {
        const encoder = new HpackEncoder(own);
        const decoder = new HpackDecoder();
        let allowed = 4096;
        for (const { pairs, sizes } of steps) {
          for (const size of sizes) {
            encoder.setTableBytes(size);
            decoder.setMaxTableBytes(size);
            allowed = size;
          }
          assert.deepEqual(decode(decoder, encode(encoder, pairs)), pairs, `table of ${allowed}`);
        }
      },
    ),
  );
});

Deno.test("HPACK - any bytes decode or are a compression error", () => {
  checkProperty(fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (blocks) => {
    const decoder = new HpackDecoder();
    try {
      for (const block of blocks) decode(decoder, Buffer.from(block));
    } catch (error) {
      assert(error instanceof ConnectionError, `${error}`);
    }
  }));
});
