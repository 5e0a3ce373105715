import { Buffer } from "node:buffer";

/** A file that is read and written at places. */
export class RandomAccessFile {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Whether it keeps what is written to it, as no device and no pipe does. */
  get isRegular(): boolean {
    return this.#file.statSync().isFile;
  }

  get size(): number {
    return this.#file.statSync().size;
  }

  /** As many of the bytes as there are. */
  read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#file.seekSync(at, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < length) {
      const read = this.#file.readSync(bytes.subarray(filled));
      if (read === null) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  }

  /** Writes all of the bytes. */
  write(at: number, bytes: Uint8Array): void {
    this.#file.seekSync(at, Deno.SeekMode.Start);
    for (let start = 0; start < bytes.length;) {
      start += this.#file.writeSync(bytes.subarray(start));
    }
  }

  truncate(length: number): void {
    this.#file.truncateSync(length);
  }

  /** Resolves when what was written is on the disk. */
  async sync(): Promise<void> {
    await this.#file.syncData();
  }

  /** The same, before it returns. */
  syncNow(): void {
    this.#file.syncDataSync();
  }

  /** @returns whether nobody else has it */
  lock(): Promise<boolean> {
    return this.#file.tryLock(true);
  }

  close(): void {
    this.#file.close();
  }
}
