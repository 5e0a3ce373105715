import { type Finished, programLine } from "./program.ts";

/** A `rides client track ARGS` that runs until it is interrupted. Disposing of it ends the process. */
export class TrackingProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<Deno.CommandOutput>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  private constructor(args: readonly string[]) {
    const [command, ...prefix] = programLine();
    this.#child = new Deno.Command(command, {
      args: [...prefix, "client", "track", ...args],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#output = this.#child.output();
  }

  static start(args: readonly string[]): TrackingProgram {
    return new TrackingProgram(args);
  }

  /** Writes to its standard input, and leaves that open. */
  async feed(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  /** Presses Ctrl-C and waits for the end. */
  async interrupt(): Promise<Finished> {
    this.#child.kill("SIGINT");
    const { code, stdout, stderr } = await this.#output;
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#output;
    await this.#stdin.close().catch(() => {});
  }
}
