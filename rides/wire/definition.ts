import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import type { Codec } from "./codec.ts";
import { contracts, methodOf } from "./descriptors.ts";

/**
 * How many tags, lengths and numbers a request may have, unless its method takes more: twice those of the
 * longest ride, with 500 passengers. This many are decoded in half a millisecond at most.
 */
const MOST_NUMBERS = 2_048;

/**
 * A service of the contracts by its full name, as proto-loader defines it. Its requests are short: those long
 * enough to have more numbers than allowed are refused by their length.
 */
export function serviceNamed(name: string): ServiceDefinition {
  const found = contracts()[name];
  if (!found || "format" in found) throw new Error(`No service ${name} in the contracts`);
  return Object.fromEntries(
    Object.entries(found).map(([name, method]) => [name, {
      ...method,
      requestDeserialize: (bytes) => {
        if (bytes.length <= MOST_NUMBERS) return method.requestDeserialize(bytes);
        throw new RangeError(`${bytes.length} bytes are more than ${MOST_NUMBERS}`);
      },
    }]),
  );
}

/**
 * The method `name` of the service of that full name, taking and returning our values instead of its
 * messages.
 *
 * @param most how many tags, lengths and numbers a request may have
 * @throws {Error} if the contracts have none
 */
export function method<Request, Response>(
  service: string,
  name: string,
  request: Codec<Request>,
  response: Codec<Response>,
  most = MOST_NUMBERS,
): MethodDefinition<Request, Response> {
  const { requestStream, responseStream } = methodOf(service, name);
  return {
    path: `/${service}/${name}`,
    requestStream: requestStream ?? false,
    responseStream: responseStream ?? false,
    requestSerialize: request.encode,
    requestDeserialize: (bytes) => request.decode(bytes, most),
    responseSerialize: response.encode,
    responseDeserialize: response.decode,
  };
}
