import { Buffer } from "node:buffer";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { DEFAULT_LIMITS } from "../../rides/http2/mod.ts";
import {
  data,
  frame,
  headerBlock,
  ping,
  reset,
  settings,
  windowUpdate,
} from "../http2/support/frames.ts";
import type { Attack } from "./definition.ts";
import { type Flood, pour } from "./pour.ts";
import { startRequest } from "./requests.ts";

const block = headerBlock(startRequest);
const {
  maxConcurrentStreams,
  maxContinuationFrames,
  maxHeaderBlockBytes,
  maxHeaderPairs,
  maxEmptyFramesPerInterval,
  maxResetsPerInterval,
  maxSettingsPerInterval,
} = DEFAULT_LIMITS;

/** A field of 4,000 bytes that enters the dynamic table, and a reference to it in one byte. */
const bombField = Buffer.concat([
  Buffer.from([0x40, 1]),
  Buffer.from("b"),
  Buffer.from([0x7f, 0xa1, 0x1e]),
  Buffer.alloc(4_000, "x"),
]);
const bombReference = 0xbe;
const bomb = Buffer.concat([block, Buffer.alloc(16_000, bombReference)]);

/** A header block of one more field than is taken. */
const pairs = headerBlock(
  Array.from({ length: maxHeaderPairs + 1 }, (_, index) => [`x-${index}`, "1"] as const),
);

/** Of one request, and of a frame of its response that there may be. */
const FREE_UPDATES = 30;

const FULL_FRAME_BYTES = 16_384;

const FLOODS: readonly Flood[] = [
  {
    name: "rapid reset",
    limit: "maxResetsPerInterval",
    tooMany: maxResetsPerInterval + 1,
    total: 100_000,
    make: (index) => Buffer.concat([request(index), reset(idOf(index), ErrorCode.CANCEL)]),
  },
  {
    name: "CONTINUATION flood",
    limit: "maxContinuationFrames",
    tooMany: maxContinuationFrames + 1,
    total: 100_000,
    prelude: frame(FrameType.HEADERS, 0, 1, block),
    make: () => frame(FrameType.CONTINUATION, 0, 1, Buffer.alloc(1_000, 0x82)),
  },
  {
    name: "HPACK bomb",
    limit: "maxHeaderListBytes",
    tooMany: 1,
    total: 2_000,
    prelude: frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, bombField),
    make: (index) =>
      frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, idOf(index + 1), bomb),
  },
  {
    name: "header pairs",
    limit: "maxResetsPerInterval",
    tooMany: maxResetsPerInterval + 1,
    total: 10_000,
    make: (index) => frame(FrameType.HEADERS, Flag.END_HEADERS, idOf(index), pairs),
  },
  {
    name: "a header block without an end",
    limit: "maxHeaderBlockBytes",
    tooMany: Math.ceil(maxHeaderBlockBytes / FULL_FRAME_BYTES) + 1,
    total: 10_000,
    prelude: frame(FrameType.HEADERS, 0, 1, block),
    make: () => frame(FrameType.CONTINUATION, 0, 1, Buffer.alloc(FULL_FRAME_BYTES, 0x82)),
  },
  {
    name: "50,000 streams",
    limit: "maxResetsPerInterval",
    tooMany: maxConcurrentStreams + maxResetsPerInterval + 1,
    total: 50_000,
    make: request,
  },
  {
    name: "PING flood, not reading",
    limit: "minPingIntervalMs",
    tooMany: 4,
    total: 1_000_000,
    reads: false,
    make: () => ping(),
  },
  {
    name: "SETTINGS flood, not reading",
    limit: "maxSettingsPerInterval",
    tooMany: maxSettingsPerInterval,
    total: 1_000_000,
    reads: false,
    make: () => settings([0x3, 1]),
  },
  {
    name: "empty DATA frames",
    limit: "maxEmptyFramesPerInterval",
    tooMany: maxEmptyFramesPerInterval + 1,
    total: 1_000_000,
    prelude: request(0),
    make: () => data(1, Buffer.alloc(0)),
  },
  {
    name: "frames of unknown types",
    limit: "maxEmptyFramesPerInterval",
    tooMany: maxEmptyFramesPerInterval + 1,
    total: 1_000_000,
    make: () => frame(0xbb, 0, 0),
  },
  {
    name: "WINDOW_UPDATE flood",
    limit: "maxEmptyFramesPerInterval",
    tooMany: maxEmptyFramesPerInterval + FREE_UPDATES + 1,
    total: 1_000_000,
    prelude: request(0),
    make: () => windowUpdate(0, 1),
  },
  {
    name: "resets of a stream that is gone",
    limit: "maxEmptyFramesPerInterval",
    tooMany: maxEmptyFramesPerInterval + 3,
    total: 1_000_000,
    prelude: request(0),
    make: () => reset(idOf(0), ErrorCode.CANCEL),
  },
];

/** Attacks by number: of each there is so much that a limit must end it. */
export const floods: readonly Attack[] = FLOODS.map((flood) => ({
  name: flood.name,
  limit: flood.limit,
  go: async ({ port }) => [await pour(port, flood)],
}));

function idOf(index: number): number {
  return 2 * index + 1;
}

/** A request that does not end. */
function request(index: number): Buffer {
  return frame(FrameType.HEADERS, Flag.END_HEADERS, idOf(index), block);
}
