import { InvalidArgumentError, Option } from "commander";
import { type LimitName, LIMITS, type Limits } from "../../server/limits.ts";
import { didYouMean } from "../did_you_mean.ts";
import { integer, repeated } from "../options.ts";

/** The flag for the limits of the HTTP/2 engine, which are too many for a flag each. */
export interface LimitFlags {
  limit?: Partial<Limits>[];
}

/** `--limit` */
export function limitOption(): Option {
  return new Option(
    "--limit <name=number...>",
    "a limit on clients, such as maxConnections=20000; repeatable",
  )
    .argParser(repeated(limit)).env("RIDES_LIMITS");
}

/** The limits that the flags set; of one that is given twice the last counts. */
export function limitsOf({ limit = [] }: LimitFlags): Partial<Limits> {
  return Object.assign({}, ...limit);
}

/** Reads a limit such as `maxConnections=20000`. */
export function limit(text: string): Partial<Limits> {
  const [name = "", ...values] = text.split("=");
  if (!isLimit(name)) {
    const names = Object.keys(LIMITS);
    throw new InvalidArgumentError(
      `Write NAME=NUMBER; ${didYouMean(name, names) ?? `the names are ${names.join(", ")}.`}`,
    );
  }
  const { min, max } = LIMITS[name];
  return { [name]: integer(min, max)(values.join("=")) };
}

function isLimit(name: string): name is LimitName {
  return Object.hasOwn(LIMITS, name);
}
