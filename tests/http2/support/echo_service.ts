/** One method of each kind over raw bytes, so that tests need no protos. */
import type { Buffer } from "node:buffer";
import grpc from "@grpc/grpc-js";

const same = (bytes: Buffer): Buffer => bytes;

function method(path: string, requestStream: boolean, responseStream: boolean) {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

export const EchoService = {
  unary: method("/Echo/Unary", false, false),
  upload: method("/Echo/Upload", true, false),
  download: method("/Echo/Download", false, true),
  chat: method("/Echo/Chat", true, true),
} satisfies grpc.ServiceDefinition;

type Handlers = {
  unary: grpc.handleUnaryCall<Buffer, Buffer>;
  upload: grpc.handleClientStreamingCall<Buffer, Buffer>;
  download: grpc.handleServerStreamingCall<Buffer, Buffer>;
  chat: grpc.handleBidiStreamingCall<Buffer, Buffer>;
};

export const EchoClient = grpc.makeGenericClientConstructor(EchoService, "Echo");

export interface EchoOptions {
  readonly handlers?: Partial<Handlers>;
  readonly serverOptions?: grpc.ServerOptions;
  readonly clientOptions?: grpc.ClientOptions;
  readonly serverCredentials?: grpc.ServerCredentials;
  readonly clientCredentials?: grpc.ChannelCredentials;
  readonly host?: string;
  /** 0 or nothing: any free port. */
  readonly port?: number;
  /** The port that the client goes to instead of the server's. */
  readonly connectTo?: number;
}

export interface Echo extends AsyncDisposable {
  readonly server: grpc.Server;
  readonly client: InstanceType<typeof EchoClient>;
  readonly port: number;
}

/** A grpc-js server and a client of it; disposing ends both gracefully. */
export async function startEcho(options: EchoOptions = {}): Promise<Echo> {
  const { host = "127.0.0.1", handlers = {} } = options;
  const server = new grpc.Server(options.serverOptions);
  server.addService(EchoService, handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      `${host}:${options.port ?? 0}`,
      options.serverCredentials ?? grpc.ServerCredentials.createInsecure(),
      (error, port) => error ? reject(error) : resolve(port),
    )
  );
  const client = new EchoClient(
    `${host}:${options.connectTo ?? port}`,
    options.clientCredentials ?? grpc.credentials.createInsecure(),
    { "grpc.use_local_subchannel_pool": 1, ...options.clientOptions },
  );
  return {
    server,
    client,
    port,
    async [Symbol.asyncDispose]() {
      client.close();
      await new Promise<void>((resolve, reject) =>
        server.tryShutdown((error) => error ? reject(error) : resolve())
      );
    },
  };
}

export function callUnary(
  { client }: Echo,
  request: Buffer,
  options: { metadata?: grpc.Metadata; call?: grpc.CallOptions } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client["unary"]!(
      request,
      options.metadata ?? new grpc.Metadata(),
      options.call ?? {},
      (error: grpc.ServiceError | null, response: Buffer) =>
        error ? reject(error) : resolve(response),
    );
  });
}
