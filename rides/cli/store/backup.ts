import { basename, dirname, join } from "node:path";
import { Command } from "commander";
import { fileProblem } from "../../files/file_problem.ts";
import { inUse, type StoreFile, tryLockFile } from "../../storage/mod.ts";
import { CommandError, Interrupted, unlessInterrupted } from "../failure.ts";
import { formatOption, named } from "../options.ts";
import { type OutputFormat, print } from "../output.ts";
import { Signals } from "../signals.ts";
import { openStoreFile, storeFileOption, type StoreFlags } from "./file.ts";

interface BackupFlags extends StoreFlags {
  force?: boolean;
  format: OutputFormat;
}

/** `rides store backup` */
export function backupCommand(): Command {
  return new Command("backup")
    .description("Copy a store as of this moment into a new file, which rides serve can use.")
    .argument("<file>", "the copy", named("a file"))
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
  // Neither a server nor another backup may have it meanwhile.
  using lock = await tryLockFile(file);
  if (!lock) throw await inUse(file);
  if (!flags.force) checkNew(file);
  await write(store, file);
  const { size } = Deno.statSync(file);
  print(flags.format, `${file}: ${(size / 1024 ** 2).toFixed(1)} MiB`, { file, bytes: size });
}

function checkNew(file: string): void {
  if (pathIfThere(file) !== undefined) {
    throw new CommandError(`Cannot write ${file}: it exists; give another name, or --force`);
  }
  const log = logsOf(file).find((log) => pathIfThere(log) !== undefined);
  if (log === undefined) return;
  throw new CommandError(
    `Cannot write ${file}: ${log} is there, the log of another store; remove it, or --force`,
  );
}

/** An interrupted copy must not look like a complete one. The lock of the file has to be held. */
async function write(store: StoreFile, file: string): Promise<void> {
  const partial = `${file}.${crypto.randomUUID()}.partial`;
  using signals = new Signals();
  try {
    leftOf(file).forEach(removeIfThere);
    await unlessInterrupted(signals, store.copyTo(partial));
    // SQLite would take what they have for newer than the copy.
    logsOf(file).forEach(removeIfThere);
    Deno.renameSync(partial, file);
  } catch (error) {
    [partial, ...logsOf(partial)].forEach(removeIfThere);
    if (error instanceof Interrupted) throw error;
    throw new CommandError(`Cannot write ${file}: ${fileProblem(error)}`, { cause: error });
  }
}

/** What earlier backups into the file left when they were killed: none runs while its lock is held here. */
function leftOf(file: string): string[] {
  const folder = dirname(file);
  const start = `${basename(file)}.`;
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.startsWith(start) && PARTIAL.test(name.slice(start.length)))
    .map((name) => join(folder, name));
}

/** How the name of a copy that is not complete ends, or of what SQLite has next to it. */
const PARTIAL = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial(-wal|-shm|-journal)?$/;

/** The files that SQLite has next to a database. */
function logsOf(file: string): string[] {
  return ["-wal", "-shm", "-journal"].map((end) => `${file}${end}`);
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
