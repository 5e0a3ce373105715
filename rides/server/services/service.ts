import type { ServiceDefinition } from "@grpc/grpc-js";

/** A service and who answers for it. */
export interface Service {
  /** Its methods: as proto-loader defines them, or with codecs of our own. */
  readonly definition: ServiceDefinition;
  /**
   * A handler for each method, by name, as grpc-js takes them. One that answers with a single message
   * may also return it, or a promise of it, and every one may throw a `Failure`.
   */
  readonly handlers: object;
}
