import { InvalidArgumentError, Option } from "commander";

/**
 * An option that names a file. An empty name, as a shell makes of a variable that is not set, is refused:
 * to take it for no option would serve plaintext to a person who has asked for TLS.
 */
export function fileOption(flags: string, description: string, variable?: string): Option {
  const option = new Option(flags, description).argParser((file: string) => {
    if (file === "") throw new InvalidArgumentError("It is empty; write the name of a file.");
    return file;
  });
  return variable === undefined ? option : option.env(variable);
}
