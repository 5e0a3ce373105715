import type { Buffer } from "node:buffer";
import { DynamicTable, INITIAL_TABLE_BYTES } from "./dynamic_table.ts";
import { ConnectionError, ErrorCode } from "./errors.ts";
import { createField, type Field } from "./field.ts";
import { decodeHuffman } from "./huffman.ts";
import { STATIC_TABLE } from "./static_table.ts";

/** Index 0 is not used (RFC 7541, 6.1). */
const STATIC_FIELDS: readonly (Field | undefined)[] = [
  undefined,
  ...STATIC_TABLE.map(([name, value]) => createField(name, value)),
];

/** Integers of this format are sizes and indexes; none that fits a limit needs more bits. */
const MAX_INTEGER_BITS = 28;

/** Where decoded fields go, in their order. */
export interface FieldSink {
  add(field: Field): void;
}

/** RFC 7541, 3: reads header blocks. One for a connection, since each block changes the table. */
export class HpackDecoder {
  private readonly table = new DynamicTable<Field>(INITIAL_TABLE_BYTES);
  private maxTableBytes = INITIAL_TABLE_BYTES;
  private mustShrink = false;

  private block!: Buffer;
  private at = 0;
  private end = 0;

  /** 4.2: from the peer's acknowledgement on, the table may have this size and no more. */
  setMaxTableBytes(bytes: number): void {
    this.maxTableBytes = bytes;
    this.mustShrink = this.table.capacity > bytes;
  }

  /** Decodes `block[start, end)`, field by field; throws ConnectionError (4.3 of RFC 9113). */
  decode(block: Buffer, start: number, end: number, fields: FieldSink): void {
    this.block = block;
    this.at = start;
    this.end = end;
    this.readSizeUpdates();
    while (this.at < this.end) fields.add(this.readField());
  }

  /** 4.2 and 6.3: changes of the table's size stand at the beginning of a block. */
  private readSizeUpdates(): void {
    while (this.at < this.end && (this.block[this.at]! & 0xe0) === 0x20) {
      const bytes = this.readInteger(5);
      if (bytes > this.maxTableBytes) {
        throw compressionError(`table size ${bytes}, allowed is ${this.maxTableBytes}`);
      }
      this.table.resize(bytes);
      this.mustShrink = false;
    }
    if (this.mustShrink) {
      throw compressionError("no table size update after the setting was lowered");
    }
  }

  private readField(): Field {
    const first = this.block[this.at]!;
    if (first & 0x80) return this.lookUp(this.readInteger(7)); // 6.1
    if (first & 0x40) { // 6.2.1
      const field = this.readLiteral(6);
      this.table.add(field);
      return field;
    }
    if (first & 0x20) throw compressionError("table size update inside a block");
    return this.readLiteral(4); // 6.2.2 and 6.2.3
  }

  private readLiteral(prefixBits: number): Field {
    const index = this.readInteger(prefixBits);
    const name = index === 0 ? this.readString() : this.lookUp(index).name;
    return createField(name, this.readString());
  }

  /** 2.3.3 */
  private lookUp(index: number): Field {
    const field = index < STATIC_FIELDS.length
      ? STATIC_FIELDS[index]
      : this.table.at(index - STATIC_FIELDS.length);
    if (field === undefined) throw compressionError(`no field at index ${index}`);
    return field;
  }

  /** 5.1 */
  private readInteger(prefixBits: number): number {
    const prefix = (1 << prefixBits) - 1;
    let value = this.block[this.at++]! & prefix;
    if (value < prefix) return value;
    for (let shift = 0; shift < MAX_INTEGER_BITS; shift += 7) {
      if (this.at >= this.end) throw compressionError("integer cut off");
      const octet = this.block[this.at++]!;
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    throw compressionError("integer too large");
  }

  /** 5.2 */
  private readString(): string {
    if (this.at >= this.end) throw compressionError("string missing");
    const isHuffman = (this.block[this.at]! & 0x80) !== 0;
    const length = this.readInteger(7);
    const start = this.at;
    if (length > this.end - start) throw compressionError("string cut off");
    this.at = start + length;
    if (!isHuffman) return this.block.toString("latin1", start, this.at);
    const text = decodeHuffman(this.block, start, this.at);
    if (text === undefined) throw compressionError("no valid Huffman code");
    return text;
  }
}

function compressionError(reason: string): ConnectionError {
  return new ConnectionError(
    ErrorCode.COMPRESSION_ERROR,
    `Cannot decode header block: ${reason}`,
  );
}
