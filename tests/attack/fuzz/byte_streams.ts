import { Buffer } from "node:buffer";
import { Flag, FrameType } from "../../../rides/http2/frame.ts";
import {
  data,
  frame,
  headerBlock,
  PREFACE,
  settings,
  SETTINGS_ACK,
} from "../../http2/support/frames.ts";
import { message } from "../raw_calls.ts";
import { fieldsOf } from "../requests.ts";
import { METHODS, randomMessage } from "./messages.ts";
import { mutate } from "./mutate.ts";
import type { Random } from "./random.ts";

/** Where a stream of bytes is wrong. */
const KINDS = [
  "messages",
  "message bytes",
  "prefixes",
  "headers",
  "frames",
  "bytes",
  "noise",
] as const;
type Kind = typeof KINDS[number];

/** All that one client sends on its connection; most of it is right, so that it gets far. */
export function randomStream(random: Random): Buffer {
  const kind = random.pick(KINDS);
  const beginning = Buffer.concat([PREFACE, settings(), SETTINGS_ACK]);
  if (kind === "noise") return Buffer.concat([beginning, random.bytes(random.below(200))]);
  let frames = [0, ...random.times(4, (index) => index + 1)]
    .flatMap((index) => call(2 * index + 1, kind, random));
  if (kind === "frames") frames = spoiltFrames(frames, random);
  const bytes = Buffer.concat([beginning, ...frames]);
  return kind === "bytes" ? mutate(bytes, random, 8) : bytes;
}

function call(id: number, kind: Kind, random: Random): Buffer[] {
  const { path, request, isStream } = random.pick(METHODS);
  const block = headerBlock(fieldsOf(path));
  // Where one message is asked for, others are refused unread.
  const count = isStream || random.chance(0.05) ? random.below(4) : 1;
  const messages = Array.from({ length: count }, () => {
    const bytes = randomMessage(request, random);
    const framed = message(kind === "message bytes" ? mutate(bytes, random) : bytes);
    return kind === "prefixes" ? mutate(framed.subarray(0, 5), random, 1) : framed;
  });
  return [
    frame(
      FrameType.HEADERS,
      Flag.END_HEADERS,
      id,
      kind === "headers" ? mutate(block, random) : block,
    ),
    ...messages.map((bytes) => data(id, bytes.subarray(0, 16_384))),
    ...random.chance(0.8) ? [data(id, Buffer.alloc(0), Flag.END_STREAM)] : [],
  ];
}

/** Frames of other kinds among them, some twice, lost, of another stream or with other flags. */
function spoiltFrames(frames: readonly Buffer[], random: Random): Buffer[] {
  return frames.flatMap((bytes) => {
    if (random.chance(0.1)) return [];
    if (random.chance(0.1)) return [bytes, bytes];
    if (random.chance(0.2)) {
      const intruder = frame(
        random.below(12),
        random.below(256),
        random.below(12),
        random.bytes(random.below(40)),
      );
      return [intruder, bytes];
    }
    const copy = Buffer.from(bytes);
    if (random.chance(0.1)) copy[3] = random.below(12);
    if (random.chance(0.1)) copy[4] = random.below(256);
    if (random.chance(0.1)) copy[8] = random.below(12);
    if (random.chance(0.05)) copy[2] = random.below(256);
    return [copy];
  });
}
