import { FRAME_HEAD } from "./frame.ts";
import { mendSpool } from "./mend_spool.ts";
import { RandomAccessFile } from "./random_access_file.ts";
import type { SourceMark } from "./source_mark.ts";
import { damagedAt, frameAt, SpoolError, SpoolFile } from "./spool_file.ts";
import { decodeHead, encodeHead, HEAD_LENGTH, isSpool, type SpoolHead } from "./spool_head.ts";

/** What a spool holds when it is opened. */
export interface OpenedSpool {
  readonly file: SpoolFile;
  readonly head: SpoolHead;
  /** Where the first frame begins that is not stored; the end if all are. */
  readonly next: number;
  /** The last sequence that was assigned. */
  readonly last: number;
  /** Sequences in between that it does not hold, by the first and the last of each run. */
  readonly gaps: readonly Gap[];
  /** How many lines were put aside, since what held them was damaged. */
  readonly damaged: number;
  /** How far the input was taken over. */
  readonly source: SourceMark;
}

/** Sequences from the first to the last. */
export interface Gap {
  readonly first: number;
  readonly last: number;
}

/**
 * Opens a spool, or makes it, and keeps others out for as long as it is open. A torn frame that a crash has
 * left at the end is cut off: nobody was told that it was safe. Frames that are damaged are put aside.
 *
 * @throws {SpoolError} if it is a device or a pipe, another upload has it, it is no spool, or a part of it is
 * gone
 * @throws {AsideError} and what the system says, as {@linkcode putAside} does
 */
export async function openSpool(path: string): Promise<OpenedSpool> {
  const file = new RandomAccessFile(
    await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 }),
  );
  try {
    if (!file.isRegular) {
      throw new SpoolError(
        `Cannot use ${path}: it is no regular file; name another file with --spool`,
      );
    }
    if (!await file.lock()) {
      throw new SpoolError(
        `Cannot use ${path}: another upload has it; wait for its end, or name another file with --spool`,
      );
    }
    return readSpool(path, file);
  } catch (error) {
    file.close();
    throw error;
  }
}

function readSpool(path: string, file: RandomAccessFile): OpenedSpool {
  const start = file.read(0, HEAD_LENGTH);
  if (start.length > 0 && !isSpool(start)) {
    throw new SpoolError(
      `Cannot use ${path}: it is no spool of this program; name another file with --spool`,
    );
  }
  const head = decodeHead(start);
  if (start.length < HEAD_LENGTH) {
    file.write(0, encodeHead(head));
    keepName(path);
  }
  const { end, ...found } = scan(path, file, head);
  return { file: new SpoolFile(path, file, end), head, ...found };
}

/** Syncs the name of a new file to disk, which syncing the file does not (fsync(2)), if the system can. */
function keepName(path: string): void {
  try {
    using folder = Deno.openSync(path.replace(/[^/]*$/, "") || ".");
    folder.syncSync();
  } catch {
    // Some systems, and some file systems, sync no folders.
  }
}

function scan(
  path: string,
  file: RandomAccessFile,
  { committed, synced, source: cleared }: SpoolHead,
): Omit<OpenedSpool, "file" | "head"> & { readonly end: number } {
  let [end, next, last, source, damaged] = [
    HEAD_LENGTH,
    undefined as number | undefined,
    committed,
    cleared,
    0,
  ];
  const gaps: Gap[] = [];
  if (file.size < synced) throw damagedAt(path, file.size);
  while (end < file.size) {
    const frame = frameAt(file, end);
    if (!frame) {
      if (end >= synced) break;
      damaged += mendSpool(path, file, end, { first: last + 1, committed, source });
      continue;
    }
    source = frame.source;
    const lastOfFrame = frame.first + frame.count - 1;
    if (lastOfFrame > committed) next ??= end;
    if (frame.first > last + 1) gaps.push({ first: last + 1, last: frame.first - 1 });
    last = Math.max(last, lastOfFrame);
    end += FRAME_HEAD + frame.request.length;
  }
  if (end < file.size) file.truncate(end);
  return { end, next: next ?? end, last, gaps, damaged, source };
}
