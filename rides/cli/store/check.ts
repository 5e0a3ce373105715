import { Command } from "commander";
import { CommandError } from "../failure.ts";
import { formatOption } from "../options.ts";
import { type OutputFormat, print } from "../output.ts";
import { openStoreFile, storeFileOption, type StoreFlags } from "./file.ts";

interface CheckFlags extends StoreFlags {
  format: OutputFormat;
}

/** How many problems are shown: in a damaged file SQLite finds up to a hundred. */
const TOLD = 5;

/** `rides store check` */
export function checkCommand(): Command {
  return new Command("check")
    .description("Read all of a store, and say whether it is sound.")
    .addOption(storeFileOption())
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides store check --store sqlite:rides.db")
    .action(check);
}

function check(flags: CheckFlags): void {
  using store = openStoreFile(flags);
  const problems = store.check();
  if (problems.length === 0) {
    return print(flags.format, `${store.file} is sound`, { file: store.file, problems });
  }
  throw new CommandError(
    `${store.file} is damaged: ${problems.slice(0, TOLD).join("; ")}` +
      (problems.length > TOLD ? `; and ${problems.length - TOLD} problems more` : "") +
      ". Stop its server, keep a copy, and put back a backup",
  );
}
