import { Buffer } from "node:buffer";
import { copyBytes } from "./bytes.ts";
import { DynamicTable, INITIAL_TABLE_BYTES } from "./dynamic_table.ts";
import { fieldSize } from "./field.ts";
import { encodeHuffman, huffmanLength } from "./huffman.ts";
import { STATIC_TABLE } from "./static_table.ts";

interface Entry {
  readonly name: string;
  readonly value: string;
  /** Which insertion made it, counted from 0. */
  readonly serial: number;
}

/** A name's lowest index in the static table, and that of each of its values there. */
interface StaticName {
  readonly index: number;
  readonly values: ReadonlyMap<string, number>;
}

const STATIC_NAMES = staticNames();

function staticNames(): ReadonlyMap<string, StaticName> {
  const names = new Map<string, { index: number; values: Map<string, number> }>();
  STATIC_TABLE.forEach(([name, value], i) => {
    const known = names.get(name) ?? { index: i + 1, values: new Map<string, number>() };
    if (value !== "") known.values.set(value, i + 1);
    names.set(name, known);
  });
  return names;
}

/** RFC 7541, 7.1.3: values that no table, here or in an intermediary, may keep. */
const SENSITIVE_NAMES: ReadonlySet<string> = new Set(["authorization", "set-cookie"]);

/** How many names' last values are remembered to find out which repeat. */
const MAX_REMEMBERED_NAMES = 64;

/** The first byte's pattern of each representation (6.1, 6.2.1, 6.2.2, 6.2.3, 6.3). */
const INDEXED = 0x80;
const LITERAL_INDEXED = 0x40;
const LITERAL = 0x00;
const LITERAL_NEVER_INDEXED = 0x10;
const SIZE_UPDATE = 0x20;

/**
 * Blocks are encoded one at a time and copied into frames at once, so that all connections share
 * the space for it.
 */
let scratch = Buffer.allocUnsafeSlow(4096);

/**
 * RFC 7541: writes header blocks. A field enters the table when its name comes twice in a row with
 * the same value, so values that never repeat do not push out those that do.
 */
export class HpackEncoder {
  private readonly table: DynamicTable<Entry>;
  private readonly entriesByName = new Map<string, Entry[]>();
  private readonly lastValues = new Map<string, string>();
  private inserted = 0;
  /** The smallest size since the last block, if the peer changed it (4.2). */
  private smallestUpdate: number | undefined;
  private at = 0;

  /** `maxTableBytes` bounds the table whatever more the peer may offer. */
  constructor(private readonly maxTableBytes: number) {
    this.table = new DynamicTable(INITIAL_TABLE_BYTES, (entry) => this.forget(entry));
    this.setTableBytes(INITIAL_TABLE_BYTES);
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  setTableBytes(bytes: number): void {
    const next = Math.min(bytes, this.maxTableBytes);
    if (next === this.table.capacity) return;
    this.table.resize(next);
    this.smallestUpdate = Math.min(this.smallestUpdate ?? next, next);
  }

  /** Starts a block; fields follow by `add`. */
  begin(): void {
    this.at = 0;
    if (this.smallestUpdate === undefined) return;
    this.reserve(16);
    if (this.smallestUpdate < this.table.capacity) {
      this.writeInteger(SIZE_UPDATE, 5, this.smallestUpdate);
    }
    this.writeInteger(SIZE_UPDATE, 5, this.table.capacity);
    this.smallestUpdate = undefined;
  }

  /** The block is the first `length` bytes of `buffer`, until any encoder's next `begin`. */
  get buffer(): Buffer {
    return scratch;
  }

  get length(): number {
    return this.at;
  }

  /** Name and value as Latin-1, the name in lower case. */
  add(name: string, value: string): void {
    this.reserve(name.length + value.length + 16);
    const known = STATIC_NAMES.get(name);
    const inStatic = known?.values.get(value);
    if (inStatic !== undefined) return this.writeInteger(INDEXED, 7, inStatic);

    const entries = this.entriesByName.get(name);
    if (entries !== undefined) {
      for (const entry of entries) {
        if (entry.value === value) return this.writeInteger(INDEXED, 7, this.indexOf(entry));
      }
    }

    const nameIndex = known?.index ?? (entries === undefined ? 0 : this.indexOf(entries[0]!));
    if (SENSITIVE_NAMES.has(name)) {
      this.writeLiteral(LITERAL_NEVER_INDEXED, 4, nameIndex, name, value);
    } else if (this.isWorthKeeping(name, value)) {
      this.writeLiteral(LITERAL_INDEXED, 6, nameIndex, name, value);
      this.keep(name, value);
    } else {
      this.writeLiteral(LITERAL, 4, nameIndex, name, value);
    }
  }

  private isWorthKeeping(name: string, value: string): boolean {
    if (this.lastValues.get(name) === value) {
      return fieldSize({ name, value }) <= this.table.capacity / 4;
    }
    if (this.lastValues.size >= MAX_REMEMBERED_NAMES) this.lastValues.clear();
    this.lastValues.set(name, value);
    return false;
  }

  private keep(name: string, value: string): void {
    const entry = { name, value, serial: this.inserted++ };
    this.table.add(entry);
    const entries = this.entriesByName.get(name);
    if (entries === undefined) this.entriesByName.set(name, [entry]);
    else entries.push(entry);
  }

  /** Entries of one name leave in the order they came. */
  private forget(entry: Entry): void {
    const entries = this.entriesByName.get(entry.name)!;
    if (entries.length === 1) this.entriesByName.delete(entry.name);
    else entries.shift();
  }

  private indexOf(entry: Entry): number {
    return STATIC_TABLE.length + this.inserted - entry.serial;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= scratch.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, this.at + bytes));
    copyBytes(scratch, 0, this.at, larger, 0);
    scratch = larger;
  }

  private writeLiteral(
    pattern: number,
    prefixBits: number,
    nameIndex: number,
    name: string,
    value: string,
  ): void {
    this.writeInteger(pattern, prefixBits, nameIndex);
    if (nameIndex === 0) this.writeString(name);
    this.writeString(value);
  }

  /** 5.1 */
  private writeInteger(pattern: number, prefixBits: number, value: number): void {
    const prefix = (1 << prefixBits) - 1;
    if (value < prefix) {
      scratch[this.at++] = pattern | value;
      return;
    }
    scratch[this.at++] = pattern | prefix;
    let rest = value - prefix;
    for (; rest >= 0x80; rest >>>= 7) scratch[this.at++] = (rest & 0x7f) | 0x80;
    scratch[this.at++] = rest;
  }

  /** 5.2: in Huffman code when that is shorter. */
  private writeString(text: string): void {
    const encodedLength = huffmanLength(text);
    if (encodedLength < text.length) {
      this.writeInteger(0x80, 7, encodedLength);
      this.at = encodeHuffman(text, scratch, this.at);
    } else {
      this.writeInteger(0x00, 7, text.length);
      this.at += scratch.write(text, this.at, "latin1");
    }
  }
}
