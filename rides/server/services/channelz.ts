import { getChannelzHandlers } from "@grpc/grpc-js";
import { serviceNamed } from "../../wire/definition.ts";
import type { Service } from "./service.ts";

/**
 * The service `grpc.channelz.v1.Channelz` (gRFC A14): the server's sockets, and what went over them. Its
 * handlers come from grpc-js, which counts for them only if told to, since that costs every call.
 */
export function channelzService(): Service {
  return {
    definition: serviceNamed("grpc.channelz.v1.Channelz"),
    handlers: getChannelzHandlers(),
  };
}
