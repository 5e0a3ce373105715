import type { Buffer } from "node:buffer";
import { decodeFrame, type Frame, FRAME_HEAD, frameLength } from "./frame.ts";
import type { RandomAccessFile } from "./random_access_file.ts";
import { encodeHead, HEAD_LENGTH, type SpoolHead } from "./spool_head.ts";

/** A spool that cannot be used; the message says why, and what to do. */
export class SpoolError extends Error {
  override readonly name = "SpoolError";
}

/** That a part of a spool is gone which was on the disk. */
export function damagedAt(path: string, start: number): SpoolError {
  return new SpoolError(
    `Cannot use ${path}: what was on the disk at byte ${start} is gone; move it away, and give what ` +
      "it held again",
  );
}

/** The frame that is there; undefined if it is not what was written. */
export function frameAt(file: RandomAccessFile, start: number): Frame | undefined {
  const length = frameLength(file.read(start, FRAME_HEAD));
  return length === undefined ? undefined : decodeFrame(file.read(start, length));
}

/** The bytes of a spool: a head, and the frames behind it. */
export class SpoolFile implements Disposable {
  readonly path: string;
  readonly #file: RandomAccessFile;
  #end: number;

  /** @param end behind the last frame */
  constructor(path: string, file: RandomAccessFile, end: number) {
    this.path = path;
    this.#file = file;
    this.#end = end;
  }

  /** Behind the last frame. */
  get end(): number {
    return this.#end;
  }

  /** Appends frames: all of them, or none. */
  append(frames: readonly Buffer[]): void {
    let end = this.#end;
    try {
      for (const frame of frames) {
        this.#file.write(end, frame);
        end += frame.length;
      }
    } catch (error) {
      this.#file.truncate(this.#end);
      throw error;
    }
    this.#end = end;
  }

  /** @throws {SpoolError} if the frame that was written there is not */
  read(start: number): Frame {
    const frame = frameAt(this.#file, start);
    if (frame) return frame;
    throw new SpoolError(
      `Cannot read ${this.path} at byte ${start}: what was written there is gone; ` +
        "give what it held again",
    );
  }

  /** Writes the head if possible: an old one merely causes positions to be sent again. */
  writeHead(head: SpoolHead): void {
    try {
      this.#file.write(0, encodeHead(head));
    } catch {
      // As said above.
    }
  }

  /** Removes the frames, and returns whether that worked; if not, the file is merely larger. */
  clear(head: SpoolHead): boolean {
    try {
      // The head first, and synced: one that tells of frames which are gone would look like damage.
      this.#file.write(0, encodeHead(head));
      this.#file.syncNow();
      this.#file.truncate(HEAD_LENGTH);
    } catch {
      return false;
    }
    this.#end = HEAD_LENGTH;
    return true;
  }

  /** Resolves when what was written is on the disk. */
  sync(): Promise<void> {
    return this.#file.sync();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
