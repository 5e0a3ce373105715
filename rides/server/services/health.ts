import type { MethodDefinition, ServerWritableStream } from "@grpc/grpc-js";
import { NotFound } from "../../domain/failure.ts";
import { serviceNamed } from "../../wire/definition.ts";
import { SERVING_STATUSES, type ServingStatus } from "../../wire/health.ts";
import type { Readiness } from "../readiness.ts";
import type { Service } from "./service.ts";

interface HealthRequest {
  service: string;
}

interface HealthResponse {
  status: number;
}

function saying(status: ServingStatus): HealthResponse {
  return { status: SERVING_STATUSES.indexOf(status) };
}

/**
 * The service `grpc.health.v1.Health`, for the whole server (the name `""`) and each service.
 *
 * Our own, because `grpc-health-check` keeps an entry for every name that a client ever watched, so that
 * clients can fill the memory.
 */
export class Health implements Service {
  readonly definition: Record<string, MethodDefinition<object, object>> = serviceNamed(
    "grpc.health.v1.Health",
  );
  readonly #names: ReadonlySet<string>;
  readonly #readiness: Readiness;

  /** @param services the full names of the services that the server has */
  constructor(services: readonly string[], readiness: Readiness) {
    this.#names = new Set(["", ...services]);
    this.#readiness = readiness;
  }

  readonly handlers = {
    Check: ({ request }: { request: HealthRequest }): HealthResponse => {
      if (!this.#names.has(request.service)) {
        throw new NotFound("service: this server has no service of that name");
      }
      return this.#answer;
    },

    // On the wire a map is a list of entries, and that is how protobufjs reads it from descriptors.
    List: (): { statuses: { key: string; value: HealthResponse }[] } => ({
      statuses: [...this.#names].map((key) => ({ key, value: this.#answer })),
    }),

    Watch: (call: ServerWritableStream<HealthRequest, HealthResponse>): void => {
      if (!this.#names.has(call.request.service)) {
        // The protocol keeps the stream open: the service may appear. Here it never does.
        call.write(saying("SERVICE_UNKNOWN"));
        return;
      }
      call.on("cancelled", this.#readiness.watch(() => call.write(this.#answer)));
      call.write(this.#answer);
    },
  };

  get #answer(): HealthResponse {
    return saying(this.#readiness.isReady ? "SERVING" : "NOT_SERVING");
  }
}
