import protobuf from "protobufjs";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// deno-lint-ignore no-control-regex -- the whole of ASCII
const ASCII = /^[\x00-\x7f]*$/;

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
    const text = super.string();
    const read = this.pos;
    this.pos = start;
    const length = this.uint32();
    this.pos = read;
    // As many characters as bytes, and none beyond ASCII: then every byte is one.
    if (length === text.length && ASCII.test(text)) return text;
    return UTF_8.decode(this.buf.subarray(read - length, read));
  }
}
