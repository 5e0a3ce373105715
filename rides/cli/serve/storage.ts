import { type Command, InvalidArgumentError, Option } from "commander";
import type { StoreObserver } from "../../domain/observers.ts";
import type { Log } from "../../server/log.ts";
import { checkStorageSpec, openStorage, type Storage } from "../../storage/mod.ts";

/** The flags that say where rides, positions and persons are kept. */
export interface StorageFlags {
  store: string;
}

/** Adds the options of {@linkcode StorageFlags} to a command. */
export function withStorageOptions(command: Command): Command {
  return command.addOption(
    new Option(
      "--store <store>",
      "where rides and positions are kept: sqlite:FILE, or memory until the end",
    )
      .argParser(storageSpec).default("sqlite:rides.db").env("RIDES_STORE"),
  );
}

/**
 * Opens the store that the flags name.
 *
 * @throws {StorageError} if it cannot be used
 */
export function openStorageOf(
  { store }: StorageFlags,
  log: Log,
  observer: StoreObserver | undefined,
): Promise<Storage> {
  return openStorage(store, { log, observer });
}

function storageSpec(text: string): string {
  try {
    checkStorageSpec(text);
    return text;
  } catch {
    throw new InvalidArgumentError("Write sqlite:FILE or memory.");
  }
}
