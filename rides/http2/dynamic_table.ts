import { fieldSize } from "./field.ts";

/** RFC 9113, 6.5.2: the table size until a SETTINGS says otherwise. */
export const INITIAL_TABLE_BYTES = 4_096;

interface Entry {
  readonly name: string;
  readonly value: string;
}

/** RFC 7541, 2.3.2 and 4: the table of recent fields, oldest evicted first. */
export class DynamicTable<E extends Entry> {
  /** Oldest first; those before `first` are evicted, and cut off now and then. */
  private entries: E[] = [];
  private first = 0;
  private bytes = 0;

  constructor(private maxBytes: number, private readonly onEvict?: (entry: E) => void) {}

  get length(): number {
    return this.entries.length - this.first;
  }

  get capacity(): number {
    return this.maxBytes;
  }

  /** The entry `age` insertions back, 0 the newest. */
  at(age: number): E | undefined {
    const index = this.entries.length - 1 - age;
    return index >= this.first ? this.entries[index] : undefined;
  }

  /** 4.4: an entry larger than the table empties it and is not kept. */
  add(entry: E): void {
    const size = fieldSize(entry);
    this.evictTo(this.maxBytes - size);
    if (size > this.maxBytes) return;
    this.entries.push(entry);
    this.bytes += size;
  }

  /** 4.3 */
  resize(maxBytes: number): void {
    this.maxBytes = maxBytes;
    this.evictTo(maxBytes);
  }

  private evictTo(bytes: number): void {
    while (this.bytes > bytes && this.length > 0) {
      const evicted = this.entries[this.first++]!;
      this.bytes -= fieldSize(evicted);
      this.onEvict?.(evicted);
    }
    if (this.first > 64 && this.first * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.first);
      this.first = 0;
    }
  }
}
