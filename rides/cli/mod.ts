import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { Command } from "commander";
import { VERSION } from "../version.ts";
import { certsCommand } from "./certs.ts";
import { clientCommand } from "./client.ts";
import { demoCommand } from "./demo.ts";
import { report } from "./failure.ts";
import { SEE_HELP, tellAllProblems } from "./option_problems.ts";
import { formatOption } from "./options.ts";
import { print, writeAll } from "./output.ts";
import { protoCommand } from "./proto.ts";
import { serveCommand } from "./serve.ts";
import { storeCommand } from "./store/mod.ts";
import { tokenCommand } from "./token.ts";

/**
 * Runs the program.
 *
 * @param args what stands behind its name
 * @returns the exit code: 0; 2 for wrong usage; 64 + the gRPC code of a call that failed, as grpcurl
 * has it; 130 after Ctrl-C; 1 otherwise
 */
export async function run(args: readonly string[]): Promise<number> {
  // What grpc-js would write to stderr it throws as well, and that is reported.
  if (!Deno.env.has("GRPC_VERBOSITY")) setLogVerbosity(logVerbosity.NONE);
  try {
    await ridesCommand().parseAsync(withHelp(args), { from: "user" });
    return 0;
  } catch (error) {
    return report(error, wantsJson(args) ? "json" : "text");
  }
}

function ridesCommand(): Command {
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
  for (const command of withDescendants(program)) {
    command.exitOverride().configureOutput(OUTPUT).configureHelp(HELP).showHelpAfterError(
      SEE_HELP,
    );
    if (command.commands.length === 0) tellAllProblems(command);
  }
  return program;
}

/** `rides help client track` is `rides client track --help`; commander's own goes no deeper than one. */
function withHelp([first, ...others]: readonly string[]): string[] {
  if (first === "help" && others.length > 0) return [...others, "--help"];
  return first === undefined ? [] : [first, ...others];
}

/** What commander writes: a full disk is told as of every other output. */
const OUTPUT = {
  writeOut: (text: string) => void writeAll(Deno.stdout, new TextEncoder().encode(text)),
};

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

/** Failures are reported outside of the command whose options they belong to. */
function wantsJson(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => /^--format(=|$)/.test(arg));
  const given = args[at]?.split("=")[1] ?? args[at + 1];
  return (at < 0 ? Deno.env.get("RIDES_FORMAT") : given) === "json";
}
