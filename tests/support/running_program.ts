import { eventually } from "./eventually.ts";
import { type Finished, programLine } from "./program.ts";

/** A `rides ARGS` that runs, with what it has written so far. Disposing of it ends the process. */
export class RunningProgram implements AsyncDisposable {
  /** What it has written. */
  stdout = "";
  stderr = "";
  #over: true | undefined;
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<Deno.CommandStatus>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  constructor(args: readonly string[], env: Record<string, string> = {}, cwd?: string) {
    const [command, ...first] = programLine();
    this.#child = new Deno.Command(command, {
      args: [...first, ...args],
      env: { NO_COLOR: "1", ...env },
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    const read = Promise.all([
      gather(this.#child.stdout, (text) => this.stdout += text),
      gather(this.#child.stderr, (text) => this.stderr += text),
    ]);
    this.#ended = read.then(() => this.#child.status);
    void this.#ended.then(() => this.#over = true);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Writes to its standard input; resolves when it is taken. */
  async feed(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  /** Ends its standard input. */
  async endInput(): Promise<void> {
    await this.#stdin.close().catch(() => {});
  }

  signal(name: Deno.Signal): void {
    try {
      this.#child.kill(name);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Waits for a line on one of its outputs that matches. */
  async says(output: "stdout" | "stderr", pattern: RegExp): Promise<string> {
    const find = () => this[output].split("\n").slice(0, -1).find((line) => pattern.test(line));
    const found = await eventually(`${pattern} on ${output}`, () => find() ?? this.#over)
      .catch(() => undefined) ?? find();
    if (typeof found === "string") return found;
    throw new Error(`No ${pattern} on its ${output}:\n${this.stdout.slice(-2_000)}${this.stderr}`);
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<Finished> {
    const { code } = await this.#ended;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.endInput();
    await this.#ended;
  }
}

async function gather(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  add: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}
