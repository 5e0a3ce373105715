import { Buffer } from "node:buffer";
import { type Attack, borneBut } from "./definition.ts";
import { bytesField, doubleField, tag, varint, varintField, Wire } from "./protobuf.ts";
import { message, RawCalls } from "./raw_calls.ts";

/** Fields of `StartRequest` in proto/rides.proto, beside one that is spoilt; the car is nobody else's. */
const CAR = varintField(1, 4_242_424);
const DRIVER = bytesField(2, "John Doe");

// All of them are shorter than the window of a stream, so that they can be sent without waiting.
const A_THOUSAND = 1_000;
const A_HUNDRED_THOUSAND = 100_000;

function many(count: number, bytes: Buffer): Buffer {
  return Buffer.concat(Array(count).fill(bytes));
}

/** A Location in a Location in a Location, as far as a message may be long. */
function nested(depth: number): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) inner = bytesField(5, inner);
  return inner;
}

const START: Readonly<Record<string, Buffer>> = {
  "nothing": Buffer.alloc(0),
  "groups in groups": many(A_HUNDRED_THOUSAND, tag(100, Wire.GROUP)),
  "groups in groups, and their ends": Buffer.concat([
    CAR,
    many(A_THOUSAND, tag(100, Wire.GROUP)),
    many(A_THOUSAND, tag(100, Wire.END_GROUP)),
  ]),
  "the end of no group": Buffer.concat([CAR, tag(100, Wire.END_GROUP)]),
  "messages in messages": nested(A_THOUSAND),
  "text for a number": bytesField(1, "seven"),
  "a number for a text": varintField(2, 7),
  "a double for a message": Buffer.concat([CAR, DRIVER, doubleField(5, 1)]),
  "a text for a message": Buffer.concat([CAR, DRIVER, bytesField(5, "here")]),
  "a wire type that is none": Buffer.concat([CAR, tag(2, 6), tag(2, 7)]),
  "a field of number 0": Buffer.concat([tag(0, Wire.VARINT), varint(1)]),
  "the largest field number": Buffer.concat([CAR, DRIVER, varintField(2 ** 29 - 1, 1)]),
  "text that is no UTF-8": Buffer.concat([
    CAR,
    bytesField(2, Buffer.from([0x66, 0xff, 0xfe, 0xc0])),
  ]),
  "text of lone surrogates": Buffer.concat([CAR, bytesField(2, Buffer.from([0xed, 0xa0, 0x80]))]),
  "text of NUL and line ends": Buffer.concat([CAR, bytesField(2, "\0\r\nlevel=error\u001b[2J")]),
  "an enum value that is none": Buffer.concat([CAR, DRIVER, varintField(4, 99)]),
  "a negative enum value": Buffer.concat([CAR, DRIVER, varintField(4, -1)]),
  "a number of 11 bytes": Buffer.concat([tag(1, Wire.VARINT), Buffer.alloc(10, 0xff), varint(1)]),
  "a number without an end": Buffer.concat([tag(1, Wire.VARINT), Buffer.alloc(9, 0xff)]),
  "the smallest number": Buffer.concat([varintField(1, -(2n ** 63n)), DRIVER]),
  "a length beyond the end": Buffer.concat([CAR, tag(2, Wire.BYTES), varint(1_000), varint(1)]),
  "a length of 4 GB": Buffer.concat([CAR, tag(2, Wire.BYTES), varint(2 ** 32 - 1)]),
  "a negative length": Buffer.concat([CAR, tag(2, Wire.BYTES), varint(-1)]),
  "half a double": bytesField(5, doubleField(1, 1).subarray(0, 5)),
  "a place that is none": Buffer.concat([
    CAR,
    DRIVER,
    bytesField(5, Buffer.concat([doubleField(1, NaN), doubleField(2, Infinity)])),
  ]),
  "a time that is none": Buffer.concat([
    CAR,
    DRIVER,
    bytesField(6, Buffer.concat([varintField(1, 2n ** 63n - 1n), varintField(2, -1)])),
  ]),
  "a number given 40,000 times": Buffer.concat([many(40_000, CAR), DRIVER]),
  "100,000 passengers without a name": Buffer.concat([
    CAR,
    DRIVER,
    many(A_HUNDRED_THOUSAND, bytesField(3, "")),
  ]),
  "50,000 fields that nobody knows": Buffer.concat([
    CAR,
    DRIVER,
    many(50_000, varintField(1_000, 1)),
  ]),
};

/** How a call with such a message may end; what can be read may be refused, as the car's next ride is. */
const ANSWERS: readonly string[] = [
  "OK",
  "INVALID_ARGUMENT",
  "FAILED_PRECONDITION",
];

/** Messages that a codec must refuse, or take and have refused; each in a call of its own. */
export const malformedMessages: Attack = {
  name: "malformed messages",
  async go({ port }) {
    await using calls = await RawCalls.open(port);
    const wrong: string[] = [];
    for (const [what, bytes] of Object.entries(START)) {
      for (const path of ["/Rides/Start", "/Rides/Track"]) {
        const answer = await calls.call(path, message(bytes));
        if (!ANSWERS.includes(answer)) wrong.push(`${path} with ${what}: ${answer}`);
      }
    }
    return [borneBut(wrong)];
  },
};
