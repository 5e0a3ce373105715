import type { StoredFix } from "../../../rides/domain/fix.ts";
import { openStorage, type Storage, type StorageOptions } from "../../../rides/storage/mod.ts";
import { TemporaryFolder } from "../../support/paths.ts";

/** A store of a test, in a folder of its own where it is a file; both are gone when it is disposed of. */
export class TestStore implements AsyncDisposable {
  private constructor(
    readonly spec: string,
    readonly folder: TemporaryFolder,
    public storage: Storage,
    readonly options: StorageOptions,
  ) {}

  static async open(kind: "memory" | "sqlite", options: StorageOptions = {}): Promise<TestStore> {
    const folder = await TemporaryFolder.make();
    const spec = kind === "memory" ? kind : `sqlite:${folder.path}/rides.db`;
    return new TestStore(spec, folder, await openStorage(spec, options), options);
  }

  get file(): string {
    return this.spec.slice("sqlite:".length);
  }

  /** Closes it and opens it again. */
  async reopen(): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
    this.storage = await openStorage(this.spec, this.options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** All fixes of a car. */
export async function allFixes(storage: Storage, carId = 7n): Promise<StoredFix[]> {
  return (await storage.listFixes(carId, 0, Number.MAX_SAFE_INTEGER, 1_000_000)).toFixes();
}

/** Stores fixes, all in one group if there are few. */
export async function store(
  storage: Storage,
  ...fixes: readonly Parameters<Storage["put"]>[0][]
): Promise<void> {
  await Promise.all(fixes.map((fix) => storage.put(fix).stored));
}
