import { MeasuredServer } from "../support/measured_server.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { PoliteClient } from "./polite_client.ts";

/** What carries HTTP/2 in the attacked server. */
export type TransportName = "engine" | "node";

/** How the attacked server runs. */
export interface SceneOptions {
  /** Default `engine`. */
  readonly transport?: TransportName;
  /** Default plaintext. */
  readonly tls?: boolean;
  /** The core of the server. Default: any. */
  readonly core?: number;
}

/** A server in a process of its own, and a well-behaved client that has warmed it up. */
export class Scene implements AsyncDisposable {
  private constructor(
    readonly server: MeasuredServer,
    readonly polite: PoliteClient,
    private readonly resources: AsyncDisposableStack,
  ) {}

  static async set({ transport = "engine", tls, core }: SceneOptions = {}): Promise<Scene> {
    await using resources = new AsyncDisposableStack();
    const { path } = resources.use(await TemporaryFolder.make());
    const args = ["--transport", transport, ...tls ? ["--tls", "--certs-dir", path] : []];
    const server = resources.use(await MeasuredServer.rides(args, { core }));
    const caFile = tls ? `${path}/ca.pem` : undefined;
    const polite = resources.use(await PoliteClient.start(server.port, caFile));
    return new Scene(server, polite, resources.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources.disposeAsync();
  }
}
