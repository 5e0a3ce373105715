import type { Buffer } from "node:buffer";
import { InvalidArgument } from "../../domain/failure.ts";
import type { Position } from "../../domain/position.ts";
import { type Codec, codec, fromNumber, type Int64, readerOf, toUnsigned } from "../codec.ts";
import { messageType } from "../descriptors.ts";
import { type PositionMessage, toPosition, toPositionMessage } from "./position.ts";

/** Positions, and how many they are: an array, or those of a request that is read by and by. */
export type Positions = Iterable<Position> & { readonly length: number };

export interface UploadPositions {
  /** Exact up to 2^53. */
  readonly firstSequence: number;
  /** @throws {InvalidArgument} as they are gone through, at one that is no position */
  readonly positions: Positions;
}

export interface UploadedPositions {
  readonly committedSequence: number;
}

/** The tags of the fields of `rides.v1.UploadPositionsRequest`, with how they are written. */
const FIRST_SEQUENCE = 1 << 3;
const POSITIONS = 2 << 3 | 2;

const requestType = messageType("rides.v1.UploadPositionsRequest");
const positionType = messageType("rides.v1.Position");

/**
 * The positions of a request, each of which is read when its turn comes: ten thousand at once would hold
 * the event loop for ten milliseconds, and take ten times the memory of their bytes.
 */
class SentPositions implements Positions {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly most: number,
    /** Where each begins, with its length. */
    private readonly places: readonly number[],
  ) {}

  get length(): number {
    return this.places.length;
  }

  *[Symbol.iterator](): Generator<Position> {
    const reader = readerOf(this.bytes, this.most);
    for (const [index, place] of this.places.entries()) {
      reader.pos = place;
      let message;
      try {
        message = positionType.decode(reader, reader.uint32());
      } catch (error) {
        const reason = `cannot be read: ${(error as Error).message}`;
        throw new InvalidArgument([{ field: `positions[${index}]`, reason }]);
      }
      // Every field is there, absent ones by their default.
      yield toPosition(message as unknown as PositionMessage);
    }
  }
}

export const uploadCodec: Codec<UploadPositions> = {
  encode({ firstSequence, positions }) {
    const message = {
      first_sequence: fromNumber(firstSequence),
      positions: Array.from(positions, toPositionMessage),
    };
    // protobufjs writes into Buffers where there are any.
    return requestType.encode(message).finish() as Buffer;
  },
  decode(bytes, most = Infinity) {
    const reader = readerOf(bytes, most);
    const places: number[] = [];
    let firstSequence = 0;
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === FIRST_SEQUENCE) {
        firstSequence = toUnsigned(reader.uint64());
        continue;
      }
      if (tag === POSITIONS) places.push(reader.pos);
      reader.skipType(tag & 7);
    }
    return { firstSequence, positions: new SentPositions(bytes, most, places) };
  },
};

export const uploadedCodec = codec<UploadedPositions, { committed_sequence: Int64 }>(
  "rides.v1.UploadPositionsResponse",
  ({ committedSequence }) => ({ committed_sequence: fromNumber(committedSequence) }),
  ({ committed_sequence }) => ({ committedSequence: toUnsigned(committed_sequence) }),
);
