import protobuf from "protobufjs";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A protobufjs reader that refuses strings that are not valid UTF-8, as proto3 demands of parsers; protobufjs
 * inserts replacement characters, and two different names would become one. Plain ASCII, nearly all of what
 * is sent, costs one more scan.
 *
 * It extends protobufjs's plain reader, since the one for Buffers accepts a truncated string.
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
