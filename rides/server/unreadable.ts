import type { ServiceDefinition } from "@grpc/grpc-js";
import { InvalidArgument } from "../domain/failure.ts";
import { statusOf } from "../wire/status.ts";
import type { CallStatus } from "./interceptors/interceptor.ts";

/** Stands for a request that cannot be decoded, on its way to the interceptors. */
export class Unreadable {
  constructor(private readonly cause: unknown) {}

  /** What the call ends with. */
  get status(): CallStatus {
    const { message } = this.cause instanceof Error ? this.cause : { message: `${this.cause}` };
    const violation = { field: "request", reason: `cannot be read: ${message}` };
    return statusOf(new InvalidArgument([violation]));
  }
}

/**
 * The methods, decoding to an {@linkcode Unreadable} instead of throwing. grpc-js would answer an exception
 * with INTERNAL, as if the server were at fault, bypassing every interceptor and telling nobody why.
 */
export function neverThrowing(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [name, {
      ...method,
      requestDeserialize: (bytes) => {
        try {
          return method.requestDeserialize(bytes);
        } catch (error) {
          return new Unreadable(error);
        }
      },
    }]),
  );
}
