import { status as Code } from "@grpc/grpc-js";
import { MeasuredServer } from "../support/measured_server.ts";
import { Caller } from "./caller.ts";
import { every } from "./every.ts";

/** A server that is ended and started on the same port, again and again. */
export class RestartedServer implements AsyncDisposable {
  /** How often it was restarted. */
  restarts = 0;
  readonly #wrong: string[] = [];
  #server: MeasuredServer;

  private constructor(server: MeasuredServer, private readonly args: readonly string[]) {
    this.#server = server;
    this.port = server.port;
  }

  readonly port: number;

  /** Keeps what it is told in `folder`, and finds it there again. */
  static async start(folder: string): Promise<RestartedServer> {
    const args = ["--store", `sqlite:${folder}/restarted.db`];
    return new RestartedServer(await MeasuredServer.rides(args), args);
  }

  /** What went wrong so far. */
  get wrong(): readonly string[] {
    return this.#wrong;
  }

  /** Restarts it every `everyMs` until `stop`: by turns it may drain, and is killed. */
  async keepRestarting(everyMs: number, stop: AbortSignal): Promise<void> {
    await every(everyMs, stop, async () => {
      if (this.restarts % 2 === 0) {
        const code = await this.#server.stop();
        if (code !== 0) this.#wrong.push(`restart ${this.restarts}: ended with ${code}`);
      }
      await this.#server[Symbol.asyncDispose]();
      this.#server = await MeasuredServer.rides([
        ...["--listen", `127.0.0.1:${this.port}`],
        ...this.args,
      ]);
      this.restarts++;
      using caller = new Caller(this);
      const code = await caller.start("John Doe");
      if (code !== Code.OK) this.#wrong.push(`restart ${this.restarts}: answered ${Code[code]}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
