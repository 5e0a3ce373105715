import { eventually } from "./eventually.ts";

/** A command and its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** What a finished program left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface ChildOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** A command line that runs it, such as `setpriv --reuid=65534`. */
  readonly under?: CommandLine;
}

/** A process, and what it has written so far. Disposing of it kills it. */
export class Child implements AsyncDisposable {
  stdout = "";
  stderr = "";
  /** Whether it has ended, by itself or not, and everything is read that it wrote. */
  hasEnded = false;
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #ended: Promise<Finished>;

  constructor(line: CommandLine, { env, cwd, under }: ChildOptions = {}) {
    const [command, ...args]: CommandLine = under ? [...under, ...line] : line;
    this.#process = new Deno.Command(command, {
      args,
      env: { NO_COLOR: "1", RIDES_STORE: "memory", ...env },
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    this.#ended = this.#toEnd();
  }

  async #toEnd(): Promise<Finished> {
    const { status, stdout, stderr } = this.#process;
    const [{ code }] = await Promise.all([
      status,
      gather(stdout, (text) => this.stdout += text),
      gather(stderr, (text) => this.stderr += text),
    ]);
    await this.endInput();
    this.hasEnded = true;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Writes to its standard input; resolves when it is taken. */
  async feed(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  /** Ends its standard input. */
  async endInput(): Promise<void> {
    await this.#stdin.close().catch(() => {});
  }

  /** Sends a signal; to a process that has ended by itself none. */
  signal(name: Deno.Signal): void {
    try {
      this.#process.kill(name);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Waits for a line on one of its outputs that matches. */
  async says(output: "stdout" | "stderr", pattern: RegExp): Promise<string> {
    const find = () => this[output].split("\n").slice(0, -1).find((line) => pattern.test(line));
    const found = await eventually(`${pattern} on ${output}`, () => find() ?? this.hasEnded)
      .catch(() => false);
    if (typeof found === "string") return found;
    throw new Error(`No ${pattern} on its ${output}:\n${this.stdout.slice(-2_000)}${this.stderr}`);
  }

  /** Resolves when it has ended. */
  ended(): Promise<Finished> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.#ended;
  }
}

async function gather(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  add: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}
