import { digestOf, newToken } from "../../rides/server/auth/tokens.ts";
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
  /** Whether callers need a token; the well-behaved client has one. Default no. */
  readonly tokens?: boolean;
  /** The core of the server. Default: any. */
  readonly core?: number;
}

/**
 * A server in a process of its own, and a well-behaved client that has warmed it up; and the same again
 * as a control, which nobody attacks: what happens to both is the machine's doing.
 */
export class Scene implements AsyncDisposable {
  private constructor(
    readonly server: MeasuredServer,
    readonly polite: PoliteClient,
    /** The server that is not attacked. */
    readonly spared: MeasuredServer,
    /** The well-behaved client of that. */
    readonly control: PoliteClient,
    private readonly resources: AsyncDisposableStack,
  ) {}

  static async set(options: SceneOptions = {}): Promise<Scene> {
    const { transport = "engine", tls, tokens, core } = options;
    await using resources = new AsyncDisposableStack();
    const { path } = resources.use(await TemporaryFolder.make());
    const token = tokens ? newToken() : undefined;
    const args = [
      ...["--transport", transport],
      ...tls ? ["--tls", "--certs-dir", path] : [],
      ...token ? ["--auth-tokens", await tokensFile(path, token)] : [],
    ];
    const server = resources.use(await MeasuredServer.rides(args, { core }));
    const caFile = tls ? `${path}/ca.pem` : undefined;
    const polite = resources.use(await PoliteClient.start(server.port, { caFile, token }));
    const spared = resources.use(await MeasuredServer.rides(["--transport", transport]));
    const control = resources.use(await PoliteClient.start(spared.port));
    return new Scene(server, polite, spared, control, resources.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources.disposeAsync();
  }
}

/** Writes the file of a server that knows one token, in `folder`. */
async function tokensFile(folder: string, token: string): Promise<string> {
  const file = `${folder}/tokens`;
  await Deno.writeTextFile(file, `polite ride:write ${digestOf(token)}\n`, { mode: 0o600 });
  return file;
}
