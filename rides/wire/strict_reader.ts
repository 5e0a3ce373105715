import protobuf from "protobufjs";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A reader of protobufjs that refuses a string which is no valid UTF-8, as proto3 asks of parsers;
 * protobufjs puts replacement characters into it, and two names that differ would become one. What is
 * plain ASCII, as nearly all that is sent, costs one look more.
 *
 * Its base is protobufjs's plain reader, since the one for Buffers takes a string that is cut short for a
 * whole one.
 */
export class StrictReader extends protobuf.Reader {
  /** @throws {TypeError} if the string is no valid UTF-8 */
  override string(): string {
    const start = this.pos;
    const length = this.uint32();
    // A message of 4 MiB has room for two million of them, and protobufjs makes an array of bytes for each.
    if (length === 0) return "";
    const begin = this.pos;
    this.pos = start;
    const text = super.string();
    const end = begin + length;
    let at = begin;
    while (at < end && this.buf[at]! < 0x80) at++;
    if (at === end) return text;
    return UTF_8.decode(this.buf.subarray(begin, end));
  }
}
