import { InvalidArgumentError, Option } from "commander";
import { LONGEST_TIMER_MS } from "../server/limits.ts";
import { parseAddress } from "../wire/address.ts";
import { parseDecimal } from "./decimal.ts";
import { SwitchOption } from "./option_problems.ts";
import { parseQuantity } from "./quantity.ts";
import { VariableError } from "./variables.ts";

/** `--format`, which every command with a result has. */
export function formatOption(): Option {
  return new Option("--format <format>", "how results and failures are written")
    .choices(["text", "json"]).default("text").env("RIDES_FORMAT");
}

/** An option that names a file. */
export function fileOption(flags: string, description: string, variable?: string): Option {
  const option = new Option(flags, description).argParser(named("a file"));
  return variable === undefined ? option : option.env(variable);
}

/** `--certs-dir`, where development certificates are. */
export function certsDirOption(): Option {
  return new Option("--certs-dir <dir>", "where development certificates are")
    .argParser(named("a folder")).default("certs").env("RIDES_CERTS_DIR");
}

/**
 * An option without a value, such as `--tls`, with the default that its variable names. (commander
 * itself takes such an option as given whenever the variable is set, even to `false`.)
 */
export function switchOption(flags: string, description: string, variable: string): Option {
  const option = new SwitchOption(flags, description, variable);
  let text;
  try {
    text = Deno.env.get(variable)?.toLowerCase();
  } catch (error) {
    if (!(error instanceof VariableError)) throw error;
    option.problem = error.message;
  }
  if (text === undefined || text === "") return option;
  if (["1", "true", "yes", "on"].includes(text)) return option.default(true);
  if (["0", "false", "no", "off"].includes(text)) return option.default(false);
  option.problem = `${variable}: ${JSON.stringify(text)} is neither true nor false`;
  return option;
}

/** Takes every name but the empty one, as {@linkcode filled} does. */
export function named(what: string): (name: string) => string {
  return filled(`the name of ${what}`);
}

/**
 * Takes every text but the empty one, which a shell makes of an unset variable: ignoring the option would
 * serve plaintext to somebody who asked for TLS, and list everybody's rides to somebody who asked for a
 * driver's.
 *
 * @param what what to write instead, as in `the id of a driver`
 */
export function filled(what: string): (text: string) => string {
  return (text) => {
    if (text === "") throw new InvalidArgumentError(`It is empty; write ${what}.`);
    return text;
  };
}

/** Reads a duration such as `100ms`, `5s`, `1.5m` or `2h` into milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseQuantity("duration", text);
  if (!(milliseconds <= LONGEST_TIMER_MS)) {
    throw new InvalidArgumentError("Write a duration up to 24 days, as in 100ms, 5s or 2m.");
  }
  return milliseconds;
}

/** Reads a size such as `512KiB`, `64MiB` or `1GiB` into bytes. */
export function size(text: string): number {
  const bytes = parseQuantity("size", text);
  if (!Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError("Write a size, as in 512KiB, 64MiB or 1GiB.");
  }
  return bytes;
}

/** Reads an integer from `least` to `most`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(
        most === Number.MAX_SAFE_INTEGER && !(value > most)
          ? `Write a whole number of at least ${least}.`
          : `Write a whole number from ${least} to ${most}.`,
      );
    }
    return value;
  };
}

/** Reads a number; the server decides which are valid. */
export function decimal(text: string): number {
  const value = parseDecimal(text);
  if (Number.isNaN(value)) {
    throw new InvalidArgumentError("Write a number, as in 51.46 or -0.2.");
  }
  return value;
}

/** Checks that the text is `host:port`. */
export function address(text: string): string {
  try {
    parseAddress(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

/** As {@linkcode address}, of a server: a port by itself can be meant for one network, or for all of them. */
export function listenAddress(text: string): string {
  const [, port] = /^:?(\d+)$/.exec(text) ?? [];
  if (port === undefined) return address(text);
  throw new InvalidArgumentError(
    `Write host:port: [::]:${port} for every network, localhost:${port} for this machine alone.`,
  );
}

/** Collects an option that is given several times, or a variable with commas, reading each with `parse`. */
export function repeated<Value>(parse: (text: string) => Value) {
  let given: Value[] = [];
  return (text: string): Value[] => given = [...given, ...text.split(",").map(parse)];
}
