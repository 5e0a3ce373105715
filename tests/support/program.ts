import { eventually } from "./eventually.ts";
import { fromFileUrl, ROOT } from "./paths.ts";

/** The permissions that the program ships with, read from the task that compiles it. */
const PERMISSIONS = shippedPermissions();

/** What runs the program: its source, or the executable that RIDES_TEST_PROGRAM names. */
const PROGRAM = programLine();

/** A command and its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** What a finished program left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run the program. */
export interface RunOptions {
  /** What it reads; default nothing. */
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** A command line that runs it, such as `setpriv --reuid=65534`. */
  readonly under?: CommandLine;
}

/** Runs `rides ARGS` to its end. */
export async function rides(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return await run([...PROGRAM, ...args], options);
}

/** Runs any command to its end. */
export async function run(line: CommandLine, options: RunOptions = {}): Promise<Finished> {
  const { stdin } = options;
  const child = spawn(line, options);
  const fed = stdin === undefined ? undefined : feed(child.stdin, stdin);
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), fed]);
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

function spawn(line: CommandLine, { stdin, env, cwd, under }: RunOptions): Deno.ChildProcess {
  const [command, ...args]: CommandLine = under ? [...under, ...line] : line;
  return new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1", RIDES_STORE: "memory", ...env },
    cwd,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The program may end before it has read everything. */
async function feed(stdin: WritableStream<Uint8Array<ArrayBuffer>>, text: string): Promise<void> {
  await new Blob([text]).stream().pipeTo(stdin).catch(() => {});
}

/** What a program writes, as far as it has come. */
class Gathered {
  text = "";
  /** Resolves when the program has closed it. */
  readonly whole: Promise<string>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.whole = this.#gather(stream);
  }

  async #gather(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) this.text += chunk;
    return this.text;
  }
}

/** A server in a process of its own, that is listening. Disposing of it ends the process. */
export class ServingProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stderr: Gathered;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  #ended = false;
  #hasEnded = false;

  /** Its lines on stdout, such as `listening on 127.0.0.1:43817 (plaintext)`. */
  readonly lines: readonly string[];

  private constructor(
    child: Deno.ChildProcess,
    stdout: ReadableStreamDefaultReader<string>,
    stderr: Gathered,
    lines: readonly string[],
  ) {
    this.#child = child;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.lines = lines;
    child.status.then(() => this.#hasEnded = true);
  }

  /** Runs `rides serve ARGS`, on a free port of 127.0.0.1 unless ARGS listen elsewhere; logs text. */
  static start(args: readonly string[] = [], options: RunOptions = {}): Promise<ServingProgram> {
    const listen = args.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
    return ServingProgram.of([...PROGRAM, "serve", ...listen, ...args], {
      ...options,
      env: { RIDES_LOG_FORMAT: "text", ...options.env },
    });
  }

  /** Runs a command that serves, and says where as `rides serve` does: a line for each listener. */
  static async of(line: CommandLine, options: RunOptions = {}): Promise<ServingProgram> {
    const child = spawn(line, options);
    const stderr = new Gathered(child.stderr);
    const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const said = line.filter((word) => word === "--listen" || word === "--admin").length;
    const expected = Math.max(1, said);
    while (text.split("\n").length <= expected) {
      const { done, value } = await stdout.read();
      if (done) {
        await child.status;
        throw new Error(`It ended before it listened:\n${await stderr.whole}`);
      }
      text += value;
    }
    return new ServingProgram(child, stdout, stderr, text.trimEnd().split("\n"));
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The port of the first listener. */
  get port(): number {
    return Number(/:(\d+) \(/.exec(this.lines[0] ?? "")?.[1]);
  }

  /** Where the admin port is, as in `http://127.0.0.1:9464`. */
  get adminUrl(): string {
    return /^admin on (\S+)$/m.exec(this.lines.join("\n"))?.[1] ?? "";
  }

  /** Where the first listener is, by its name. */
  get address(): string {
    return `localhost:${this.port}`;
  }

  /** What it has written to stderr so far. */
  get log(): string {
    return this.#stderr.text;
  }

  /** Whether the process has ended, by itself or not. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Waits until it has written to stderr what the pattern matches. */
  logged(pattern: RegExp): Promise<RegExpExecArray> {
    return eventually(`stderr matches ${pattern}`, () => pattern.exec(this.#stderr.text) ?? false);
  }

  /** Sends a signal; to a process that has ended by itself none. */
  signal(name: Deno.Signal): void {
    try {
      this.#child.kill(name);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Resolves when the process has ended, to its exit code and what it wrote to stderr. */
  async ended(): Promise<{ code: number; stderr: string }> {
    const { code } = await this.#child.status;
    this.#ended = true;
    await this.#stdout.cancel();
    return { code, stderr: await this.#stderr.whole };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.signal("SIGKILL");
    await this.ended();
  }
}

/** How the program is run: from its source, or the executable that RIDES_TEST_PROGRAM names. */
export function programLine(): CommandLine {
  const executable = Deno.env.get("RIDES_TEST_PROGRAM");
  if (executable) return [executable];
  return [Deno.execPath(), "run", ...PERMISSIONS, fromFileUrl(new URL("main.ts", ROOT))];
}

function shippedPermissions(): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  return tasks.compile.command.split(" ").filter((word: string) =>
    /^--(allow|deny|no-prompt)/.test(word)
  );
}
