import { Option } from "commander";
import { named } from "./options.ts";

/** An option that names a file. */
export function fileOption(flags: string, description: string, variable?: string): Option {
  const option = new Option(flags, description).argParser(named("a file"));
  return variable === undefined ? option : option.env(variable);
}
