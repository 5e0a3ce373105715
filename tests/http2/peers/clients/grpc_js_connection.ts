/** Calls of `interop.proto` on grpc-js. Runs on Node too, with its types stripped. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

export interface Response {
  readonly payload?: { readonly body: Buffer } | null;
  readonly aggregated_payload_size?: number;
}

export interface Upload {
  readonly call: grpc.ClientWritableStream<object>;
  /** Rejects with the status if that is not OK. */
  readonly answer: Promise<Response | undefined>;
}

export interface Target {
  /** The service's contract. */
  readonly proto: string;
  readonly address: string;
  /** The file of the authority's certificate; empty: plaintext. */
  readonly ca: string;
}

/** A channel of its own. */
export class Connection {
  target: Target;
  private readonly client: grpc.Client;
  private readonly methods: Record<string, grpc.MethodDefinition<object, Response>>;

  constructor(target: Target, options: grpc.ClientOptions = {}) {
    this.target = target;
    const credentials = target.ca
      ? grpc.credentials.createSsl(readFileSync(target.ca))
      : grpc.credentials.createInsecure();
    this.client = new grpc.Client(target.address, credentials, {
      "grpc.ssl_target_name_override": "localhost",
      "grpc.use_local_subchannel_pool": 1,
      ...options,
    });
    const loaded = protoLoader.loadSync(target.proto, { keepCase: true });
    this.methods = {
      ...loaded["grpc.testing.UnimplementedService"],
      ...loaded["grpc.testing.TestService"],
    } as typeof this.methods;
    const { UnimplementedCall } =
      loaded["grpc.testing.UnimplementedService"] as typeof this.methods;
    this.methods["UnimplementedService"] = UnimplementedCall!;
  }

  close(): void {
    this.client.close();
  }

  unary(method: string, request: object, metadata?: grpc.Metadata): Promise<Response | undefined> {
    return new Promise((resolve, reject) =>
      this.startUnary(
        method,
        request,
        metadata,
        (error, response) => error ? reject(error) : resolve(response),
      )
    );
  }

  startUnary(
    method: string,
    request: object,
    metadata = new grpc.Metadata(),
    callback: grpc.requestCallback<Response> = () => {},
  ): grpc.ClientUnaryCall {
    const { path, requestSerialize, responseDeserialize } = this.methods[method]!;
    const { client } = this;
    return client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      callback,
    );
  }

  upload(metadata = new grpc.Metadata()): Upload {
    const { path, requestSerialize, responseDeserialize } = this.methods["StreamingInputCall"]!;
    const { client } = this;
    let call!: grpc.ClientWritableStream<object>;
    const answer = new Promise<Response | undefined>((resolve, reject) => {
      call = client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        metadata,
        (error: grpc.ServiceError | null, response?: Response) =>
          error ? reject(error) : resolve(response),
      );
    });
    return { call, answer };
  }

  download(request: object): grpc.ClientReadableStream<Response> {
    const { path, requestSerialize, responseDeserialize } = this.methods["StreamingOutputCall"]!;
    return this.client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new grpc.Metadata(),
    );
  }

  chat(
    metadata = new grpc.Metadata(),
    options: grpc.CallOptions = {},
  ): grpc.ClientDuplexStream<object, Response> {
    const { path, requestSerialize, responseDeserialize } = this.methods["FullDuplexCall"]!;
    return this.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
      options,
    );
  }
}

/** A prime number of bytes, so that no two frames are alike, and none is lost or misplaced unnoticed. */
const PATTERN = Buffer.from(Array.from({ length: 251 }, (_, byte) => byte));

export function payload(size: number): { readonly body: Buffer } {
  return { body: Buffer.alloc(size, PATTERN) };
}

/** How long a message's payload is; throws if it is not what {@linkcode payload} makes. */
export function sizeOf({ payload: given }: Pick<Response, "payload">): number {
  const body = given?.body ?? Buffer.alloc(0);
  if (!payload(body.length).body.equals(body)) throw new Error("A payload is not what was sent");
  return body.length;
}

/** Reads a call to its end; its status never rejects. */
export async function drain(
  call: grpc.ClientReadableStream<Response> | grpc.ClientDuplexStream<object, Response>,
): Promise<{ readonly sizes: number[]; readonly ended: grpc.StatusObject }> {
  const messages: Response[] = [];
  call.on("data", (message: Response) => messages.push(message));
  call.on("error", () => {});
  const ended = await new Promise<grpc.StatusObject>((resolve) => call.once("status", resolve));
  return { sizes: messages.map(sizeOf), ended };
}
