import type { Buffer } from "node:buffer";
import grpcDecoder from "@grpc/grpc-js/build/src/stream-decoder.js";

/**
 * Symptom: most of a scavenge is spent on freeing buffers, two of each call.
 *
 * Cause: grpc-js 1.14.7 makes a decoder of messages for each call, with a buffer of one byte and one of four
 * (`stream-decoder.ts`). V8 keeps the bytes of each outside of its heap, and frees them one by one. The server
 * here never uses that decoder (`server/interceptors/message_intake.ts`).
 *
 * Workaround: it is made when the first bytes come to it.
 */
export function decodeLazily(): void {
  const { StreamDecoder } = grpcDecoder;
  const lazy = class {
    #decoder: InstanceType<typeof StreamDecoder> | undefined;

    constructor(private readonly maxMessageBytes: number) {}

    write(bytes: Buffer): Buffer[] {
      this.#decoder ??= new StreamDecoder(this.maxMessageBytes);
      return this.#decoder.write(bytes);
    }
  };
  Object.assign(grpcDecoder, { StreamDecoder: lazy });
}
