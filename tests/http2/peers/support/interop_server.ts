/** A grpc-js server of the interop service, on either transport. */
import { onTransport, type Transport } from "../../../../rides/runtime/mod.ts";
import grpc from "@grpc/grpc-js";
import { certificates } from "./certificates.ts";
import { InteropService } from "./interop_service.ts";

export type Security = "plaintext" | "TLS";

export interface InteropServerOptions {
  /** Default: the engine. Its limits are the default ones but for larger headers. */
  readonly transport?: Transport;
  readonly security?: Security;
  /** In place of the ones that `security` stands for. */
  readonly credentials?: grpc.ServerCredentials;
  readonly serverOptions?: grpc.ServerOptions;
  /** Or a Unix socket, as in `unix:/run/rides.sock`. */
  readonly host?: string;
}

/** Disposing of it lets running calls finish, for two seconds. */
export class InteropServer implements AsyncDisposable {
  private constructor(
    readonly grpc: grpc.Server,
    readonly service: InteropService,
    readonly port: number,
  ) {}

  static async start(options: InteropServerOptions = {}): Promise<InteropServer> {
    const server = new grpc.Server(options.serverOptions);
    const service = new InteropService();
    service.addTo(server);
    return new InteropServer(server, service, await listen(server, options));
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Where this server is reached by another listener, which is opened here. */
  listen(options: InteropServerOptions): Promise<number> {
    return listen(this.grpc, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.grpc.forceShutdown(), 2_000);
    await new Promise<void>((resolve) => this.grpc.tryShutdown(() => resolve()));
    clearTimeout(timer);
  }
}

/** Room for metadata in CONTINUATION frames, which are as large as the headers that are taken by default. */
const LARGE_HEADERS = { maxHeaderBlockBytes: 65_536, maxHeaderListBytes: 65_536 };

function listen(
  server: grpc.Server,
  { transport = { kind: "engine" }, security, credentials, host = "127.0.0.1" }:
    InteropServerOptions,
): Promise<number> {
  const roomy = { ...transport, limits: { ...LARGE_HEADERS, ...transport.limits } };
  return new Promise((resolve, reject) =>
    onTransport(roomy, () =>
      server.bindAsync(
        host.startsWith("unix:") ? host : `${host}:0`,
        credentials ?? credentialsFor(security),
        (error, port) => error ? reject(error) : resolve(port),
      ))
  );
}

function credentialsFor(security: Security = "plaintext"): grpc.ServerCredentials {
  if (security === "plaintext") return grpc.ServerCredentials.createInsecure();
  return certificates.serverCredentials();
}
