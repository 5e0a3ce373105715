import { openDescriptors, residentBytes } from "./process_facts.ts";
import { ON_FREE_PORT, programLine } from "./program.ts";

/** A command and its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** How a measured process runs. */
export interface MeasuredOptions {
  /** The one core that it may use. Default: any. */
  readonly core?: number;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/**
 * A server in a process of its own, to be measured from outside. Its log goes nowhere, so that what is
 * measured is not the reader of the log. Disposing of it kills the process.
 */
export class MeasuredServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  #ended = false;
  readonly port: number;

  private constructor(
    child: Deno.ChildProcess,
    stdout: ReadableStreamDefaultReader<string>,
    port: number,
  ) {
    this.#child = child;
    this.#stdout = stdout;
    this.port = port;
    child.status.then(() => this.#ended = true);
  }

  /** `rides serve ARGS`, on a free port of 127.0.0.1 unless ARGS listen elsewhere. */
  static rides(
    args: readonly string[] = [],
    options: MeasuredOptions = {},
  ): Promise<MeasuredServer> {
    const where = args.includes("--listen") ? [] : ON_FREE_PORT;
    return MeasuredServer.start([...programLine(), "serve", ...where, ...args], options);
  }

  /** Runs a command that says where it listens as `rides serve` does, in its first line. */
  static async start(
    line: CommandLine,
    { core, env, cwd }: MeasuredOptions = {},
  ): Promise<MeasuredServer> {
    const [command, ...args]: CommandLine = core === undefined ? line : onCore(core, line);
    const child = new Deno.Command(command, {
      args,
      env: { NO_COLOR: "1", RIDES_STORE: "memory", ...env },
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("\n")) {
      const { done, value } = await stdout.read();
      if (done) {
        const { code } = await child.status;
        throw new Error(`${line.join(" ")} ended with ${code} before it listened`);
      }
      text += value;
    }
    return new MeasuredServer(child, stdout, Number(/:(\d+)\b/.exec(text)?.[1]));
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Whether the process has not ended. */
  get isAlive(): boolean {
    return !this.#ended;
  }

  residentBytes(): number {
    return residentBytes(this.pid);
  }

  openDescriptors(): number {
    return openDescriptors(this.pid);
  }

  /** Asks for the end by SIGTERM, and resolves to the exit code. */
  async stop(): Promise<number> {
    if (!this.#ended) this.#child.kill("SIGTERM");
    const { code } = await this.#child.status;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#stdout.cancel();
  }
}

/** The command, on one core alone. */
export function onCore(core: number, line: CommandLine): CommandLine {
  return ["taskset", "-c", `${core}`, ...line];
}

/** Whether the command can be run here. */
export function hasCommand(name: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}
