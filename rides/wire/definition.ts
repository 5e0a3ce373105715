import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import type { Codec } from "./codec.ts";
import { CONTRACTS } from "./descriptors.ts";

/** A service of the contracts by its full name, as proto-loader defines it. */
export function serviceNamed(name: string): ServiceDefinition {
  const found = CONTRACTS[name];
  if (!found || "format" in found) throw new Error(`No service ${name} in the contracts`);
  return found;
}

/** The method `name` of `service`, taking and answering our values instead of its messages. */
export function method<Request, Response>(
  service: ServiceDefinition,
  name: string,
  request: Codec<Request>,
  response: Codec<Response>,
): MethodDefinition<Request, Response> {
  const definition = service[name];
  if (!definition) throw new Error(`No method ${name} in the service`);
  return {
    ...definition,
    requestSerialize: request.encode,
    requestDeserialize: request.decode,
    responseSerialize: response.encode,
    responseDeserialize: response.decode,
  };
}
