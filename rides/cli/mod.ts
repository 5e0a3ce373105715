import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { Command, type OutputConfiguration } from "commander";
import { VERSION } from "../version.ts";
import { certsCommand } from "./certs.ts";
import { clientCommand } from "./client.ts";
import { demoCommand } from "./demo.ts";
import { report } from "./failure.ts";
import { tellAllProblems } from "./option_problems.ts";
import { formatOption } from "./options.ts";
import { type OutputFormat, print, writeAll } from "./output.ts";
import { protoCommand } from "./proto.ts";
import { serveCommand } from "./serve.ts";
import { storeCommand } from "./store/mod.ts";
import { tokenCommand } from "./token.ts";

/**
 * Runs the program.
 *
 * @param args the arguments after its name
 * @returns the exit code: 0; 2 for wrong usage; 64 + the gRPC code of a call that failed, as grpcurl has it;
 * 128 + the number of the signal that ended it, 130 for Ctrl-C; 1 otherwise
 */
export async function run(args: readonly string[]): Promise<number> {
  // grpc-js also throws what it would write to stderr, and we report that.
  if (!Deno.env.has("GRPC_VERBOSITY")) setLogVerbosity(logVerbosity.NONE);
  const format = wantsJson(args) ? "json" : "text";
  try {
    const program = ridesCommand(format, args);
    await program.parseAsync(upToUnknown(program, withHelp(args)), { from: "user" });
    return 0;
  } catch (error) {
    return report(error, format);
  }
}

function ridesCommand(format: OutputFormat, args: readonly string[]): Command {
  const program = new Command("rides")
    .description("A ride-tracking service over gRPC: its server, its client and its tools.")
    .version(VERSION)
    .addHelpText("after", "\nStart here:\n  $ rides demo\n  $ rides serve")
    .addCommand(serveCommand())
    .addCommand(clientCommand())
    .addCommand(demoCommand())
    .addCommand(protoCommand())
    .addCommand(certsCommand())
    .addCommand(tokenCommand())
    .addCommand(storeCommand())
    .addCommand(versionCommand());
  const noOptions = args.includes("--") ? args.length - 1 - args.indexOf("--") : 0;
  for (const command of withDescendants(program)) {
    command.configureOutput(outputOf(format)).configureHelp(HELP);
    tellAllProblems(command, noOptions);
  }
  return program;
}

/** `rides help client track` is `rides client track --help`; commander's own goes no deeper than one. */
function withHelp([first, ...others]: readonly string[]): string[] {
  if (first === "help" && others.length > 0) return [...others, "--help"];
  return first === undefined ? [] : [first, ...others];
}

/** The words up to the first that names no command, which commander would overlook before `--help`. */
function upToUnknown(program: Command, words: readonly string[]): readonly string[] {
  let command = program;
  for (const [at, word] of words.entries()) {
    if (command.commands.length === 0 || word.startsWith("-") || word === "help") break;
    const next = command.commands.find((one) => one.name() === word);
    if (!next) return words.slice(0, at + 1);
    command = next;
  }
  return words;
}

/**
 * How commander writes help. A full disk is reported as for all other output. It is not asked whether there
 * is colour, which help does not use: on a terminal that would read variables without permission.
 */
function outputOf(format: OutputFormat): OutputConfiguration {
  const write = (output: typeof Deno.stdout) => (text: string) =>
    void writeAll(output, new TextEncoder().encode(text));
  // If a command is missing, a program is told in JSON, and a person by the help.
  return {
    writeOut: write(Deno.stdout),
    writeErr: format === "json" ? () => {} : write(Deno.stderr),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
}

/** Descriptions stay in their column beside the longest of flags. */
const HELP = { minWidthToWrap: 20 };

function versionCommand(): Command {
  return new Command("version")
    .description("Print the version of rides and of the runtime in it.")
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides version --format json")
    .action(({ format }) => {
      const { deno, v8 } = Deno.version;
      print(format, `rides ${VERSION} (deno ${deno}, v8 ${v8})`, { version: VERSION, deno, v8 });
    });
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

/** Failures are reported outside of the command, so its options are not at hand. */
function wantsJson(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => /^--format(=|$)/.test(arg));
  const given = args[at]?.split("=")[1] ?? args[at + 1];
  return (at < 0 ? Deno.env.get("RIDES_FORMAT") : given) === "json";
}
