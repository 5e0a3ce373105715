import type { Buffer } from "node:buffer";
import { fromFileUrl } from "../../support/paths.ts";

/** As long as it takes the system to bring what the crowd does. */
const STANDSTILL_MS = 300;

/**
 * Many connections of another process, which do the same thing together: meanwhile this process stands still, so
 * that it finds all of it at once.
 */
export class Crowd implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  private constructor(port: number, size: number) {
    const program = fromFileUrl(new URL(import.meta.url));
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", program, `${port}`, `${size}`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
  }

  /** Resolves when all are connected, which is not yet to be accepted. */
  static async connect(port: number, size: number): Promise<Crowd> {
    const crowd = new Crowd(port, size);
    // Leaving the loop cancels the stream.
    for await (const _ of crowd.#child.stdout) return crowd;
    throw new Error("The crowd did not connect");
  }

  async send(bytes: Buffer): Promise<void> {
    await this.#stdin.write(new Uint8Array(bytes));
    standStill();
  }

  leave(): void {
    this.#child.kill("SIGKILL");
    standStill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close().catch(() => {});
    await this.#child.status;
  }
}

function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
}

if (import.meta.main) {
  const [port, size] = Deno.args.map(Number);
  const connections: Deno.Conn[] = [];
  while (connections.length < size!) connections.push(await Deno.connect({ port: port! }));
  await Deno.stdout.write(new Uint8Array(1));
  for await (const bytes of Deno.stdin.readable) {
    for (const connection of connections) await connection.write(bytes);
  }
}
