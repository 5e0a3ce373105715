import type { Option } from "commander";
import { checkStorageSpec, StoreFile } from "../../storage/mod.ts";
import { UsageError } from "../failure.ts";
import { mayBeMeant } from "../option_problems.ts";
import { asStoreFile, storeOption } from "../serve/storage.ts";

/** The flag of every command that looks into a store. */
export interface StoreFlags {
  store: string;
}

/** `--store` */
export function storeFileOption(): Option {
  return mayBeMeant(storeOption("the store, sqlite:FILE"), asStoreFile);
}

/**
 * Opens the file that the flag names.
 *
 * @throws {UsageError} if it names none
 * @throws {StorageError} if it cannot be used
 */
export function openStoreFile({ store }: StoreFlags): StoreFile {
  const file = checkStorageSpec(store);
  if (file !== ":memory:") return new StoreFile(file);
  throw new UsageError("--store memory is in the memory of its server alone: give sqlite:FILE");
}
