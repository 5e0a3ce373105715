/** gRPC requests as bytes, for clients that know HTTP/2 alone. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { definition } from "./interop_service.ts";
import type { Security } from "./interop_server.ts";

const PREFIX_BYTES = 5;

/** What a gRPC call needs beside its path. */
export const HEADERS = ["content-type: application/grpc", "te: trailers"] as const;

/** A message as it travels: whether it is compressed, its length, itself. */
export function toBody(method: string, message: object, { gzip = false } = {}): Buffer {
  const plain = definition[method]!.requestSerialize(message);
  const bytes = gzip ? gzipSync(plain) : plain;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix[0] = gzip ? 1 : 0;
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** The messages in what a server sent, which must be whole. */
export function fromBody(method: string, body: Uint8Array): unknown[] {
  const bytes = Buffer.from(body);
  const messages: unknown[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at + PREFIX_BYTES;
    at = start + bytes.readUInt32BE(at + 1);
    if (at > bytes.length) throw new Error(`${at - bytes.length} bytes are missing`);
    messages.push(definition[method]!.responseDeserialize(bytes.subarray(start, at)));
  }
  return messages;
}

/** Writes the body of a request to a file in the folder. */
export async function writeBody(folder: string, body: Buffer): Promise<string> {
  const file = join(folder, "request.bin");
  await Deno.writeFile(file, body);
  return file;
}

export function urlOf(method: string, port: number, security: Security = "plaintext"): string {
  const scheme = security === "TLS" ? "https" : "http";
  return `${scheme}://127.0.0.1:${port}/grpc.testing.TestService/${method}`;
}
