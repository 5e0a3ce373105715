import { status as Code } from "@grpc/grpc-js";
import type { Call, CallStatus, Interceptor } from "../interceptors/interceptor.ts";
import type { Service } from "../services/service.ts";
import type { Family } from "./family.ts";
import { DURATION_BOUNDS, Histogram } from "./histogram.ts";

/** The labels of a method, as in go-grpc-middleware. */
type MethodLabels = Readonly<Record<"grpc_type" | "grpc_service" | "grpc_method", string>>;

/** The codes by number, spelled as in Go, to fit its dashboards: `InvalidArgument`. */
const CODES: readonly string[] = Object.values(Code)
  .filter((value): value is string => typeof value === "string")
  .map((name) => name === "OK" ? name : name === "CANCELLED" ? "Canceled" : pascalCase(name));

/** What happened to the calls of one method. */
class MethodCounts {
  started = 0;
  received = 0;
  sent = 0;
  /** How many have ended with each code, by its number. */
  readonly handled: number[] = Array(CODES.length).fill(0);
  readonly seconds = new Histogram(DURATION_BOUNDS);

  constructor(readonly labels: MethodLabels) {}
}

/** Requests that are not calls of any method of the server. */
const UNKNOWN: MethodLabels = {
  grpc_type: "unary",
  grpc_service: "unknown",
  grpc_method: "unknown",
};

/**
 * Counts calls, in the names and labels of go-grpc-middleware. Every method and code is there from the
 * beginning, with zero, so that a rate has no first value to miss.
 */
export class CallMetrics implements Interceptor {
  readonly #byPath = new Map<string, MethodCounts>();
  readonly #unknown = new MethodCounts(UNKNOWN);
  #running: () => Iterable<Call> = () => [];

  readonly families: readonly Family[] = [
    this.#counter("started", "Calls that have begun.", ({ started }) => started),
    this.#handled(),
    {
      type: "histogram",
      name: "grpc_server_handling_seconds",
      help: "How long calls took, streams to their end.",
      bounds: DURATION_BOUNDS,
      points: () =>
        this.#all().map(({ labels, seconds: { counts, sum } }) => ({ labels, counts, sum })),
    },
    this.#counter(
      "msg_received",
      "Messages received from clients.",
      ({ received }) => received,
      ({ messagesReceived }) => messagesReceived,
    ),
    this.#counter(
      "msg_sent",
      "Messages sent to clients.",
      ({ sent }) => sent,
      ({ messagesSent }) => messagesSent,
    ),
  ];

  /** Tells what there is to count: the methods, and the running calls, whose messages count already. */
  observe(services: readonly Service[], running: () => Iterable<Call>): void {
    this.#running = running;
    for (const { path, requestStream, responseStream } of services.flatMap(methodsOf)) {
      const [, grpc_service = "", grpc_method = ""] = path.split("/");
      const grpc_type = typeOf(requestStream, responseStream);
      this.#byPath.set(path, new MethodCounts({ grpc_type, grpc_service, grpc_method }));
    }
  }

  onRequest({ path }: Call): void {
    this.#of(path).started++;
  }

  onEnd(call: Call, { code }: CallStatus): void {
    const counts = this.#of(call.path);
    counts.received += call.messagesReceived;
    counts.sent += call.messagesSent;
    counts.handled[code]!++;
    counts.seconds.add(call.durationMs / 1000);
  }

  /** A request that is not a call of any method of the server was answered with `code`. */
  onNoCall(code: Code): void {
    this.#unknown.started++;
    this.#unknown.handled[code]!++;
  }

  #of(path: string): MethodCounts {
    return this.#byPath.get(path) ?? this.#unknown;
  }

  #all(): MethodCounts[] {
    return [...this.#byPath.values(), this.#unknown];
  }

  #counter(
    what: string,
    help: string,
    ended: (counts: MethodCounts) => number,
    running?: (call: Call) => number,
  ): Family {
    return {
      type: "counter",
      name: `grpc_server_${what}_total`,
      help,
      points: () => {
        const values = new Map(this.#all().map((counts) => [counts, ended(counts)]));
        for (const call of running ? this.#running() : []) {
          const counts = this.#of(call.path);
          values.set(counts, values.get(counts)! + running!(call));
        }
        return [...values].map(([{ labels }, value]) => ({ labels, value }));
      },
    };
  }

  #handled(): Family {
    return {
      type: "counter",
      name: "grpc_server_handled_total",
      help: "Calls that have ended, by their code.",
      points: () =>
        this.#all().flatMap(({ labels, handled }) =>
          CODES.map((grpc_code, code) => ({
            labels: { ...labels, grpc_code },
            value: handled[code]!,
          }))
        ),
    };
  }
}

function methodsOf({ definition }: Service) {
  return Object.values(definition);
}

function typeOf(requestStream: boolean, responseStream: boolean): string {
  if (requestStream) return responseStream ? "bidi_stream" : "client_stream";
  return responseStream ? "server_stream" : "unary";
}

/** `INVALID_ARGUMENT` as `InvalidArgument`. */
function pascalCase(name: string): string {
  return name.split("_").map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join("");
}
