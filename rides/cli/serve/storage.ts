import { type Command, InvalidArgumentError, Option } from "commander";
import type { StoreObserver } from "../../domain/observers.ts";
import { elsewhereCalled } from "../option_problems.ts";
import { parseQuantity } from "../quantity.ts";
import type { Log } from "../../server/log.ts";
import { checkStorageSpec, openStorage, type Storage } from "../../storage/mod.ts";

/** The flags that say where rides, positions and persons are kept, and for how long. */
export interface StorageFlags {
  store: string;
  retention?: number;
}

/** The flags of a server that may take over from another. */
export interface ReplacingFlags {
  reusePort?: boolean;
  /** In milliseconds, as `grace`. */
  drainDelay: number;
  grace: number;
}

/** Adds the options of {@linkcode StorageFlags} to a command. */
export function withStorageOptions(command: Command): Command {
  return command
    .optionsGroup("Store:")
    .addOption(storeOption("where rides and positions are kept: sqlite:FILE or memory"))
    .addOption(
      new Option(
        "--retention <duration>",
        "delete positions, and ended rides, older than this, such as 90d (default: never)",
      )
        .argParser(retention).env("RIDES_RETENTION"),
    );
}

/** `--store`, which every command has that works on one. */
export function storeOption(description: string): Option {
  const option = new Option("--store <store>", description)
    .argParser(storageSpec).default("sqlite:rides.db").env("RIDES_STORE");
  return elsewhereCalled(option, ["db", "database", "data", "file"], asStoreFile);
}

/** A file as a store, of those who may have written it as one. */
export function asStoreFile(file: string): string {
  return file.startsWith("sqlite:") ? file : `sqlite:${file}`;
}

/** What a server needs to end besides its delay and its grace: far less than this, on any machine. */
const END_MS = 10_000;

/** How long a server with these flags takes to end at most. */
export function longestEndMs({ drainDelay, grace }: ReplacingFlags): number {
  return drainDelay + grace + END_MS;
}

/**
 * Opens the store that the flags name. With `--reuse-port` it waits for the server that is being replaced,
 * assumed to have the same flags, to let go of it.
 *
 * @throws {StorageError} if it cannot be used
 */
export function openStorageOf(
  flags: StorageFlags & ReplacingFlags,
  log: Log,
  observer: StoreObserver | undefined,
): Promise<Storage> {
  const lockWaitMs = flags.reusePort ? longestEndMs(flags) : 0;
  return openStorage(flags.store, { log, observer, lockWaitMs, retentionMs: flags.retention });
}

function storageSpec(text: string): string {
  try {
    checkStorageSpec(text);
    return text;
  } catch {
    throw new InvalidArgumentError("Write sqlite:FILE or memory.");
  }
}

/** How long positions can be kept, but for ever: up to a hundred years. */
const [LEAST_MS, MOST_MS] = [60_000, 36_500 * 86_400_000];

function retention(text: string): number {
  const ms = parseQuantity("duration", text);
  if (ms >= LEAST_MS && ms <= MOST_MS) return ms;
  throw new InvalidArgumentError("Write a duration from 1m to 36500d, as in 90d or 12h.");
}
