import { status as Code } from "@grpc/grpc-js";
import { MeasuredServer } from "../support/measured_server.ts";
import { Caller } from "./caller.ts";

/** A server that is ended and started on the same port, again and again. */
export class RestartedServer implements AsyncDisposable {
  /** How often it was restarted. */
  restarts = 0;
  readonly #wrong: string[] = [];
  #server: MeasuredServer;

  private constructor(server: MeasuredServer) {
    this.#server = server;
    this.port = server.port;
  }

  readonly port: number;

  static async start(): Promise<RestartedServer> {
    return new RestartedServer(await MeasuredServer.rides());
  }

  /** What went wrong so far. */
  get wrong(): readonly string[] {
    return this.#wrong;
  }

  /** Restarts it every `everyMs` until `stop`: by turns it may drain, and is killed. */
  async keepRestarting(everyMs: number, stop: AbortSignal): Promise<void> {
    while (await waited(everyMs, stop)) {
      if (this.restarts % 2 === 0) {
        const code = await this.#server.stop();
        if (code !== 0) this.#wrong.push(`restart ${this.restarts}: ended with ${code}`);
      }
      await this.#server[Symbol.asyncDispose]();
      this.#server = await MeasuredServer.rides(["--listen", `127.0.0.1:${this.port}`]);
      this.restarts++;
      using caller = new Caller(this);
      const code = await caller.start("John Doe");
      if (code !== Code.OK) this.#wrong.push(`restart ${this.restarts}: answered ${Code[code]}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** False when stopped before the time is over. */
async function waited(ms: number, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  stop.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  return !stop.aborted;
}
