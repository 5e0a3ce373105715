/** What carries the calls: the options of grpc-js and of the HTTP/2 transport below it. */
import type { ServerOptions } from "@grpc/grpc-js";
import { Admission, SessionWatch, type Transport } from "../runtime/mod.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Traffic } from "./traffic.ts";

/** What grpc-js takes as no limit. */
const UNLIMITED_MS = 2 ** 31 - 1;

/** The options of grpc-js's server, but for its interceptors. */
export function channelOptions(options: ResolvedOptions): ServerOptions {
  const { transport, limits } = options;
  return {
    "grpc.max_concurrent_streams": limits.maxConcurrentStreams,
    "grpc.max_receive_message_length": options.maxMessageBytes,
    // The engine does this itself, at no cost per call.
    "grpc.max_connection_idle_ms": transport === "node" && limits.idleTimeoutMs || UNLIMITED_MS,
    "grpc.max_connection_age_ms": options.maxAgeMs || UNLIMITED_MS,
    "grpc.max_connection_age_grace_ms": options.maxAgeGraceMs || UNLIMITED_MS,
    // Counting costs every call, so it is done only on request.
    "grpc.enable_channelz": options.channelz ? 1 : 0,
    "grpc.keepalive_time_ms": options.keepaliveMs,
    "grpc.keepalive_timeout_ms": options.keepaliveTimeoutMs,
  };
}

/** The transport that all listeners of one server share. */
export function transportOf(options: ResolvedOptions, traffic: Traffic): Transport {
  const { reusePort, limits } = options;
  const { onLimit, onHandshakeFailure, watch: onServer } = traffic;
  const admission = new Admission(limits, onLimit);
  const shared = { reusePort, limits, onLimit, onHandshakeFailure, admission, onServer };
  return options.transport === "node"
    ? { kind: "node", ...shared }
    : { kind: "engine", ...shared, watch: new SessionWatch(limits) };
}
