import type { ServerOptions } from "../../rides/server/options.ts";
import { createServer, type RidesServer } from "../../rides/server/server.ts";
import { Channel } from "./exchange.ts";
import { RecordedLog } from "./recorded_log.ts";
import { TRANSPORTS } from "./transports.ts";

const [transport] = TRANSPORTS;

/** A plaintext server in this process, on a free port, with its log and a channel to it. */
export class Serving implements AsyncDisposable {
  readonly port: number;
  readonly channel: Channel;

  private constructor(readonly server: RidesServer, readonly log: RecordedLog) {
    this.port = server.listeners[0]?.port ?? 0;
    this.channel = new Channel(this.port);
  }

  static async start(options: ServerOptions = {}): Promise<Serving> {
    const log = new RecordedLog();
    const listen = ["127.0.0.1:0"];
    return new Serving(
      await createServer({ listen, transport, graceMs: 0, log: log.write, ...options }),
      log,
    );
  }

  /** Where the admin port is, for a server that was given one. */
  get adminUrl(): string {
    return `http://127.0.0.1:${this.server.admin?.port}`;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.channel.close();
    await this.server.shutdown();
  }
}
