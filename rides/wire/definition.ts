import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import type { Codec } from "./codec.ts";
import { contracts, methodOf } from "./descriptors.ts";

/** A service of the contracts by its full name, as proto-loader defines it. */
export function serviceNamed(name: string): ServiceDefinition {
  const found = contracts()[name];
  if (!found || "format" in found) throw new Error(`No service ${name} in the contracts`);
  return found;
}

/**
 * The method `name` of the service of that full name, taking and answering our values instead of its
 * messages.
 *
 * @throws {Error} if the contracts have none
 */
export function method<Request, Response>(
  service: string,
  name: string,
  request: Codec<Request>,
  response: Codec<Response>,
): MethodDefinition<Request, Response> {
  const { requestStream, responseStream } = methodOf(service, name);
  return {
    path: `/${service}/${name}`,
    requestStream: requestStream ?? false,
    responseStream: responseStream ?? false,
    requestSerialize: request.encode,
    requestDeserialize: request.decode,
    responseSerialize: response.encode,
    responseDeserialize: response.decode,
  };
}
