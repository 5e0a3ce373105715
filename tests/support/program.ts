import { Child, type ChildOptions, type CommandLine, type Finished } from "./child.ts";
import { eventually } from "./eventually.ts";
import { fromFileUrl, ROOT } from "./paths.ts";

export type { CommandLine, Finished } from "./child.ts";

/** The permissions and flags of V8 that the program ships with, read from the task that compiles it. */
const SHIPPED = shippedFlags();

/** What runs the program: its source, or the executable that RIDES_TEST_PROGRAM names. */
const PROGRAM = programLine();

/** How to run a program to its end. */
export interface RunOptions extends ChildOptions {
  /** What it reads; default nothing. */
  readonly stdin?: string;
}

/** Runs `rides ARGS` to its end. */
export function rides(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return run([...PROGRAM, ...args], options);
}

/** Runs any command to its end. */
export async function run(
  line: CommandLine,
  { stdin = "", ...options }: RunOptions = {},
): Promise<Finished> {
  const child = new Child(line, options);
  // It may end before it has read everything.
  await child.feed(stdin).catch(() => {});
  await child.endInput();
  return await child.ended();
}

/** Has `rides serve` listen on a free port of this machine alone. */
export const ON_FREE_PORT = ["--listen", "127.0.0.1:0"] as const;

/** A `rides ARGS` that runs until it is told to end. */
export class RunningProgram extends Child {
  constructor(args: readonly string[], options: ChildOptions = {}) {
    super([...PROGRAM, ...args], options);
  }
}

/** A server in a process of its own, that is listening. */
export class ServingProgram extends Child {
  /** Runs `rides serve ARGS`, on a free port of 127.0.0.1 unless ARGS listen elsewhere; logs text. */
  static start(args: readonly string[] = [], options: ChildOptions = {}): Promise<ServingProgram> {
    const listen = args.includes("--listen") ? [] : ON_FREE_PORT;
    return ServingProgram.of([...PROGRAM, "serve", ...listen, ...args], {
      ...options,
      env: { RIDES_LOG_FORMAT: "text", ...options.env },
    });
  }

  /** Runs a command that serves, and says where as `rides serve` does: a line for each listener. */
  static async of(line: CommandLine, options: ChildOptions = {}): Promise<ServingProgram> {
    const program = new ServingProgram(line, options);
    const said = line.filter((word) => word === "--listen" || word === "--admin").length;
    const expected = Math.max(1, said);
    while (program.lines.length < expected && !program.hasEnded) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (program.lines.length >= expected) return program;
    throw new Error(`It ended before it listened:\n${program.stderr}`);
  }

  /** Its lines on stdout, such as `listening on 127.0.0.1:43817 (plaintext)`. */
  get lines(): readonly string[] {
    return this.stdout.split("\n").slice(0, -1);
  }

  /** The port of the first listener. */
  get port(): number {
    return Number(/:(\d+) \(/.exec(this.stdout)?.[1]);
  }

  /** Where the admin port is, as in `http://127.0.0.1:9464`. */
  get adminUrl(): string {
    return /^admin on (\S+)$/m.exec(this.stdout)?.[1] ?? "";
  }

  /** Where the first listener is, by its name. */
  get address(): string {
    return `localhost:${this.port}`;
  }

  /** Waits until it has written to stderr what the pattern matches. */
  logged(pattern: RegExp): Promise<RegExpExecArray> {
    return eventually(`stderr matches ${pattern}`, () => pattern.exec(this.stderr) ?? false);
  }
}

/** How the program is run: from its source, or the executable that RIDES_TEST_PROGRAM names. */
export function programLine(): CommandLine {
  const executable = Deno.env.get("RIDES_TEST_PROGRAM");
  if (executable) return [executable];
  return [Deno.execPath(), "run", ...SHIPPED, fromFileUrl(new URL("main.ts", ROOT))];
}

/** How to run a part of the program, or more than it, whose speed is to be that of what ships. */
export function partLine(program: URL, args: readonly string[]): CommandLine {
  const ofV8 = SHIPPED.filter((flag) => flag.startsWith("--v8-flags"));
  return [Deno.execPath(), "run", ...ofV8, "-A", fromFileUrl(program), ...args];
}

function shippedFlags(): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  return tasks.compile.command.split(" ").filter((word: string) =>
    /^--(allow|deny|no-prompt|v8-flags)/.test(word)
  );
}
