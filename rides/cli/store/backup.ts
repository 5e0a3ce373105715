import { Command } from "commander";
import { fileProblem } from "../../files/file_problem.ts";
import { CommandError } from "../failure.ts";
import { formatOption } from "../options.ts";
import { type OutputFormat, print } from "../output.ts";
import { openStoreFile, storeFileOption, type StoreFlags } from "./file.ts";

interface BackupFlags extends StoreFlags {
  force?: boolean;
  format: OutputFormat;
}

/** `rides store backup` */
export function backupCommand(): Command {
  return new Command("backup")
    .description("Copy a store as of this moment into a new file, which rides serve can use.")
    .argument("<file>", "the copy")
    .addOption(storeFileOption())
    .option("--force", "replace the file if there is one")
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides store backup rides-monday.db")
    .action(backup);
}

async function backup(file: string, flags: BackupFlags): Promise<void> {
  using store = openStoreFile(flags);
  const there = pathIfThere(file);
  if (there !== undefined && there === pathIfThere(store.file)) {
    throw new CommandError(`Cannot write ${file}: it is the store itself; give another name`);
  }
  if (there !== undefined && !flags.force) {
    throw new CommandError(`Cannot write ${file}: it exists; give another name, or --force`);
  }
  // An interrupted copy must not look like a complete one.
  const partial = `${file}.partial`;
  removeIfThere(partial);
  try {
    await store.copyTo(partial);
    Deno.renameSync(partial, file);
  } catch (error) {
    removeIfThere(partial);
    throw new CommandError(`Cannot write ${file}: ${fileProblem(error)}`, { cause: error });
  }
  const { size } = Deno.statSync(file);
  print(flags.format, `${file}: ${(size / 1024 ** 2).toFixed(1)} MiB`, { file, bytes: size });
}

/** The real path of the file, with links resolved; undefined if there is none. */
function pathIfThere(file: string): string | undefined {
  try {
    return Deno.realPathSync(file);
  } catch {
    return undefined;
  }
}

function removeIfThere(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new CommandError(`Cannot write ${file}: ${fileProblem(error)}`, { cause: error });
  }
}
