import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { CONTRACTS } from "./descriptors.ts";

/** How a message of the contract (its `Wire` form, as proto-loader has it) and our value meet. */
export interface Codec<Value, Wire> {
  readonly toWire: (value: Value) => Wire;
  readonly fromWire: (wire: Wire) => Value;
}

/** A service of the contracts by its full name, as proto-loader defines it. */
export function serviceNamed(name: string): ServiceDefinition {
  const found = CONTRACTS[name];
  if (!found || "format" in found) throw new Error(`No service ${name} in the contracts`);
  return found;
}

/** The method `name` of `service`, taking and answering our values instead of its messages. */
export function method<Request, RequestWire, Response, ResponseWire>(
  service: ServiceDefinition,
  name: string,
  request: Codec<Request, RequestWire>,
  response: Codec<Response, ResponseWire>,
): MethodDefinition<Request, Response> {
  // The one place where proto-loader's untyped messages become typed.
  const wire = service[name] as MethodDefinition<RequestWire, ResponseWire> | undefined;
  if (!wire) throw new Error(`No method ${name} in the service`);
  return {
    ...wire,
    requestSerialize: (value: Request): Buffer => wire.requestSerialize(request.toWire(value)),
    requestDeserialize: (bytes: Buffer): Request =>
      request.fromWire(wire.requestDeserialize(bytes)),
    responseSerialize: (value: Response): Buffer => wire.responseSerialize(response.toWire(value)),
    responseDeserialize: (bytes: Buffer): Response =>
      response.fromWire(wire.responseDeserialize(bytes)),
  };
}

/** A codec for messages whose wire form is already the value. */
export function asIs<Value>(): Codec<Value, Value> {
  return { toWire: (value) => value, fromWire: (wire) => wire };
}
