import type { Buffer } from "node:buffer";
import { formatPositionLine } from "../position_line.ts";
import { decodeBatch } from "./batch.ts";
import {
  encodeFrame,
  FRAME_HEAD,
  FRAME_START,
  frameLength,
  isFrameLength,
  readFrame,
} from "./frame.ts";
import type { RefusedLine } from "./position_blocks.ts";
import { putAside } from "./put_aside.ts";
import type { RandomAccessFile } from "./random_access_file.ts";
import type { SourceMark } from "./source_mark.ts";
import { damagedAt, frameAt } from "./spool_file.ts";

/** How much is searched at once. */
const PIECE = 1024 * 1024;

/** What is known where a frame is damaged. */
interface Before {
  /** The sequence that was to follow. */
  readonly first: number;
  /** Up to here everything is stored. */
  readonly committed: number;
  /** Behind the frame before it. */
  readonly source: SourceMark;
}

/**
 * Puts aside what is damaged from `start` on, as positions if it can still be read, and makes one frame without
 * positions of it, so that the frames behind it can be reached. If there are none, the file ends there.
 *
 * In this order: after a crash in between, positions are put aside twice rather than never.
 *
 * @returns how many lines were put aside: none, if what is damaged is stored
 * @throws {SpoolError} if it has not the length of a frame: a part of it is gone
 * @throws {AsideError} and what the system says, as {@linkcode putAside} does
 */
export function mendSpool(
  path: string,
  file: RandomAccessFile,
  start: number,
  { first, committed, source }: Before,
): number {
  const end = findFrame(file, start + 1);
  const next = frameAt(file, end);
  if (next && !isFrameLength(end - start)) throw damagedAt(path, start);
  const lines = next && next.first <= committed + 1 ? [] : linesBetween(file, start, end);
  if (lines.length > 0) putAside(`${path}.rejected`, lines);
  if (next) {
    const request = file.read(start + FRAME_HEAD, end - start - FRAME_HEAD);
    file.write(start, encodeFrame({ first, count: 0, line: 0, source, request }));
  } else {
    file.truncate(start);
  }
  return lines.length;
}

/** Where the next frame begins, from `start` on; the end of the file if there is none. */
function findFrame(file: RandomAccessFile, start: number): number {
  const { size } = file;
  for (let from = start; from < size; from += PIECE) {
    const piece = file.read(from, PIECE + FRAME_START.length - 1);
    for (let at = piece.indexOf(FRAME_START); at >= 0; at = piece.indexOf(FRAME_START, at + 1)) {
      if (frameAt(file, from + at)) return from + at;
    }
  }
  return size;
}

function linesBetween(file: RandomAccessFile, start: number, end: number): RefusedLine[] {
  const lines: RefusedLine[] = [];
  for (let at = start; at < end;) {
    const length = Math.min(frameLength(file.read(at, FRAME_HEAD)) ?? end, end - at);
    lines.push(...linesIn(file.read(at, length)));
    at += length;
  }
  return lines;
}

/** What a damaged frame holds: its positions, any of which may be wrong, or its bytes. */
function linesIn(frame: Buffer): RefusedLine[] {
  const reason = "damaged in the spool";
  try {
    const { count, line, request } = readFrame(frame);
    const positions = decodeBatch(request);
    if (positions.length !== count) throw new RangeError("Some of them cannot be read");
    return positions.map((position, index) => ({
      line: Number.isSafeInteger(line) ? line + index : 0,
      reason: `${reason}: may be another than was given`,
      text: formatPositionLine(position),
    }));
  } catch {
    return [{ line: 0, reason: `${reason}: bytes, in base64`, text: frame.toString("base64") }];
  }
}
