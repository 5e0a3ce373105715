import type { MethodDefinition } from "@grpc/grpc-js";
import { plainCodec } from "./codec.ts";
import { method } from "./definition.ts";

/** `ServingStatus` of grpc/health/v1/health.proto, by its numbers. */
export const SERVING_STATUSES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

/** Whether a server, or a service of it, wants calls. */
export type ServingStatus = (typeof SERVING_STATUSES)[number];

/** The method `Check` of `grpc.health.v1.Health`, whose service `""` is the whole server. */
export const healthCheck: MethodDefinition<{ service: string }, { status: number }> = method(
  "grpc.health.v1.Health",
  "Check",
  plainCodec("grpc.health.v1.HealthCheckRequest", ({ service }) => ({ service })),
  plainCodec("grpc.health.v1.HealthCheckResponse", ({ status }) => ({ status })),
);
