import { type Command, InvalidArgumentError, type Option } from "commander";
import { parse as parseToml, TomlError } from "smol-toml";
import { fileProblem } from "../../files/file_problem.ts";
import { readWhole } from "../../files/read_whole.ts";
import { asEnding, didYouMean } from "../did_you_mean.ts";
import { UsageError } from "../failure.ts";
import { addProblems, mayBeMeant } from "../option_problems.ts";
import { fileOption } from "../options.ts";
import { variableOf } from "./settings.ts";

/**
 * Gives the command `--config FILE`: its options in TOML, or in JSON if the name ends in `.json`, each under
 * the name of its flag. Flags take precedence over variables, variables over the file, and the file over
 * defaults. Options that are added after this call are not keys of the file.
 */
export function withConfigFile(command: Command): Command {
  const options = new Map(
    command.options.filter(({ negate }) => !negate)
      .map((option) => [keyOf(option), { option, parse: option.parseArg }]),
  );
  return command
    .optionsGroup("Options:")
    .addOption(
      mayBeMeant(
        fileOption("--config <file>", "take options from this file, TOML or JSON", "RIDES_CONFIG"),
        (word) => /\.(toml|json)$/.test(word) ? word : undefined,
      ),
    )
    .hook("preAction", async () => {
      const { config } = command.opts<{ config?: string }>();
      if (!config) return;
      try {
        take(options, { command, file: config, values: await read(config) });
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        addProblems(command, [error.message, ...error.others]);
      }
    });
}

/** @throws {UsageError} if the file cannot be read, or is neither TOML nor JSON */
async function read(file: string): Promise<Record<string, unknown>> {
  let text;
  try {
    ({ text } = await readWhole(file));
  } catch (error) {
    throw new UsageError(`Cannot read ${file}: ${fileProblem(error)}`);
  }
  try {
    const values = file.endsWith(".json") ? JSON.parse(text) : parseToml(text);
    if (typeof values === "object" && values !== null && !Array.isArray(values)) return values;
  } catch (error) {
    throw new UsageError(syntaxProblem(file, error));
  }
  throw new UsageError(`${file}: there is no JSON object in it`);
}

/** Where the file is wrong; without the line itself, which may hold a secret. */
function syntaxProblem(file: string, error: unknown): string {
  if (error instanceof TomlError) {
    const [reason = ""] = error.message.split("\n");
    return `${file}:${error.line}:${error.column}: ${reason}`;
  }
  const at = /position \d+(?: \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
  return `${file}: this is no JSON${at ? `, at ${at}` : ""}`;
}

interface Source {
  readonly command: Command;
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a key of the file stands for: an option, and how its text is parsed. */
interface Key {
  readonly option: Option;
  readonly parse: Option["parseArg"];
}

/** @throws {UsageError} with everything that is wrong */
function take(
  keys: ReadonlyMap<string, Key>,
  { command, file, values }: Source,
): void {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const key = keys.get(name);
    try {
      if (!key) throw new InvalidArgumentError(unknown(name, [...keys.keys()]));
      const { option } = key;
      const parsed = parsedBy(key, value);
      if (parsed !== undefined && !isSet(command, option)) {
        command.setOptionValueWithSource(option.attributeName(), parsed, "config");
      }
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      problems.push(`${file}: ${name}: ${error.message}`);
    }
  }
  const [first, ...others] = problems;
  if (first !== undefined) throw new UsageError(first, others);
}

function keyOf(option: Option): string {
  return option.long?.replace(/^--/, "") ?? "";
}

function unknown(key: string, keys: readonly string[]): string {
  return `There is no such option${asEnding(didYouMean(key, keys))}`;
}

/** Whether a flag or a variable sets it; the variables of switches come as defaults. */
function isSet(command: Command, option: Option): boolean {
  const source = command.getOptionValueSource(option.attributeName());
  if (source === "cli" || source === "env") return true;
  return option.isBoolean() && (Deno.env.get(variableOf(option.long ?? "")) ?? "") !== "";
}

/**
 * The value as the option parses it; undefined for its default.
 *
 * @throws {InvalidArgumentError} if it is of another type, or not what the option takes
 */
function parsedBy({ option, parse }: Key, value: unknown): unknown {
  if (option.isBoolean()) {
    if (typeof value !== "boolean") throw new InvalidArgumentError("Write true or false.");
    return value;
  }
  // An option whose value may be left out, such as --admin.
  if (option.optional && typeof value === "boolean") return value ? option.presetArg : undefined;
  const texts = option.variadic && Array.isArray(value) ? value : [value];
  if (texts.length === 0) throw new InvalidArgumentError("There is nothing in it.");
  let parsed: unknown;
  for (const text of texts) {
    if (typeof text !== "string" && typeof text !== "number") {
      throw new InvalidArgumentError(
        option.variadic ? "Write a text, or an array of texts." : "Write a text or a number.",
      );
    }
    parsed = parse ? parse(`${text}`, parsed) : `${text}`;
  }
  return parsed;
}
