import { Buffer } from "node:buffer";

/** The message behind gRPC's prefix: not compressed, and its length. */
export function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
