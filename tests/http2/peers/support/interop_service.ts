/** The handlers of `interop.proto`, which do what grpc's interop cases expect of a server. */
import type { Buffer } from "node:buffer";
import { type EventEmitter, once } from "node:events";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { fromFileUrl } from "../../../support/paths.ts";
import { payload, sizeOf } from "../clients/grpc_js_connection.ts";

export const PROTO_FILE = fromFileUrl(new URL("./interop.proto", import.meta.url));

export const definition = protoLoader.loadSync(PROTO_FILE, { keepCase: true, defaults: true })[
  "grpc.testing.TestService"
] as grpc.ServiceDefinition;

/** A request with it in its metadata makes the handler throw. */
const THROW_KEY = "x-throw";
/** A client stream with it in its metadata fails with that code. */
const FAIL_KEY = "x-fail-code";

interface Payload {
  readonly body: Buffer;
}

interface EchoStatus {
  readonly code: number;
  readonly message: string;
}

interface SimpleRequest {
  readonly response_size: number;
  readonly payload: Payload | null;
  readonly response_status: EchoStatus | null;
}

interface StreamingOutputCallRequest {
  readonly response_parameters: readonly { readonly size: number; readonly interval_us: number }[];
  readonly payload: Payload | null;
  readonly response_status: EchoStatus | null;
}

type Message = { readonly payload: Payload };
/** What all four kinds of calls have. */
type AnyCall =
  & Pick<
    grpc.ServerUnaryCall<unknown, unknown>,
    "metadata" | "getPeer" | "getAuthContext" | "sendMetadata"
  >
  & EventEmitter;

/** What a test watches and steers. */
export class InteropService {
  /** Calls that the server learnt were cancelled. */
  cancelled = 0;
  /** Bytes of payload that streaming handlers have written. */
  written = 0;
  /** How often a write returned false. */
  fullWrites = 0;
  /** The peers that made calls. */
  readonly peers = new Set<string>();
  /** The common names in the certificates of clients that made calls. */
  readonly names = new Set<string>();

  /** A unary call is answered when what this returns has resolved. */
  beforeAnswer: () => Promise<void> = () => Promise.resolve();
  /** A client stream is read from when this has resolved. */
  beforeReading: Promise<void> = Promise.resolve();

  addTo(server: grpc.Server): void {
    server.addService(definition, {
      EmptyCall: this.emptyCall,
      UnaryCall: this.unaryCall,
      StreamingOutputCall: this.streamingOutputCall,
      StreamingInputCall: this.streamingInputCall,
      FullDuplexCall: this.fullDuplexCall,
    });
  }

  private readonly emptyCall: grpc.handleUnaryCall<object, object> = (_, done) => done(null, {});

  /** Not asynchronous, so that grpc-js gets what is thrown here. */
  private readonly unaryCall: grpc.handleUnaryCall<SimpleRequest, Message> = (call, done) => {
    const trailer = this.begin(call);
    sizeOf(call.request);
    const { response_size, response_status } = call.request;
    this.beforeAnswer().then(() => {
      if (response_status?.code) done(failure(response_status), null, trailer);
      else done(null, { payload: payload(response_size) }, trailer);
    });
  };

  private readonly streamingInputCall: grpc.handleClientStreamingCall<
    Message,
    { aggregated_payload_size: number }
  > = async (call, done) => {
    this.begin(call);
    const [code] = call.metadata.get(FAIL_KEY);
    if (code) return done(failure({ code: Number(code), message: "as asked" }));
    await this.beforeReading;
    let size = 0;
    try {
      for await (const message of call) size += sizeOf(message);
    } catch (error) {
      if (!call.cancelled) done(error as Error);
      return;
    }
    done(null, { aggregated_payload_size: size });
  };

  private readonly streamingOutputCall: grpc.handleServerStreamingCall<
    StreamingOutputCallRequest,
    Message
  > = async (call) => {
    const trailer = this.begin(call);
    if (await this.answer(call, call.request)) call.end(trailer);
  };

  private readonly fullDuplexCall: grpc.handleBidiStreamingCall<
    StreamingOutputCallRequest,
    Message
  > = async (call) => {
    const trailer = this.begin(call);
    try {
      // Else the iterator would destroy the call at its end, before it is answered.
      const requests = call.iterator({ destroyOnReturn: false });
      for await (const request of requests) {
        sizeOf(request);
        if (!await this.answer(call, request)) return;
      }
    } catch (error) {
      if (!call.cancelled) call.emit("error", error);
      return;
    }
    call.end(trailer);
  };

  /** Writes what the request asks for; false if the call has come to its end by that. */
  private async answer(
    call: grpc.ServerWritableStream<unknown, Message> | grpc.ServerDuplexStream<unknown, Message>,
    request: StreamingOutputCallRequest,
  ): Promise<boolean> {
    for (const { size, interval_us } of request.response_parameters) {
      if (interval_us > 0) await sleep(call, interval_us / 1000);
      if (call.cancelled) return false;
      this.written += size;
      if (call.write({ payload: payload(size) })) continue;
      this.fullWrites++;
      await Promise.race([once(call, "drain"), once(call, "cancelled")]);
    }
    if (!request.response_status?.code) return true;
    call.emit("error", failure(request.response_status));
    return false;
  }

  /** Notes the call, sends the metadata it asks for, and returns the trailers it asks for. */
  private begin(call: AnyCall): grpc.Metadata {
    call.on("cancelled", () => this.cancelled++);
    call.on("error", () => {});
    this.peers.add(call.getPeer());
    this.names.add(`${call.getAuthContext().sslPeerCertificate?.subject.CN}`);
    if (call.metadata.get(THROW_KEY).length > 0) throw new Error("as asked");
    const header = echo(call.metadata, "x-grpc-test-echo-initial");
    if (header.get("x-grpc-test-echo-initial").length > 0) call.sendMetadata(header);
    return echo(call.metadata, "x-grpc-test-echo-trailing-bin");
  }
}

/** Ends early if the call is cancelled. */
function sleep(call: EventEmitter, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    call.once("cancelled", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function failure({ code, message }: EchoStatus): grpc.ServiceError {
  const metadata = new grpc.Metadata();
  return Object.assign(new Error(message), { code, details: message, metadata });
}

function echo(metadata: grpc.Metadata, key: string): grpc.Metadata {
  const echoed = new grpc.Metadata();
  for (const value of metadata.get(key)) echoed.add(key, value);
  return echoed;
}
