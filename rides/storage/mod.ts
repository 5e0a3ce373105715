/** Where rides, positions and persons are kept. */
export { checkStorage } from "./check_storage.ts";
export { StorageError } from "./errors.ts";
export { type CarKey, FixColumns, type TransferredColumns } from "./fix_columns.ts";
export { inUse, tryLockFile } from "./lock_file.ts";
export { checkStorageSpec, openStorage } from "./open_storage.ts";
export type { StorageLog, StorageOptions } from "./options.ts";
export { StoreFile } from "./store_file.ts";
export type {
  Group,
  ListedRides,
  PersonRegistry,
  PositionStore,
  RideFilter,
  RidePlace,
  RideStore,
  Storage,
  StorageStats,
  StorageStatus,
} from "./storage.ts";
