import type { MethodDefinition } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";

/** A method of a test's own service, whose messages are bytes. */
export function byteMethod(path: string, requestStream = false, responseStream = false) {
  const asItIs = (bytes: Buffer) => bytes;
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  } satisfies MethodDefinition<Buffer, Buffer>;
}
