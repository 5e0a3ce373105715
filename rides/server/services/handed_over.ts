import type { Group } from "../../storage/storage.ts";

/** What one stream has handed to the store. */
export class HandedOver {
  #last: Group | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** Adds the group that a fix of the stream went into. Fixes of a group come one after another. */
  add(group: Group): void {
    if (group === this.#last) return;
    this.#last = group;
    group.stored.catch((error) => this.#failure ??= { error });
  }

  /** @throws {Unavailable} if something of it could not be stored, as far as that is known by now */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /**
   * Resolves when everything is stored. Groups are stored in their order, so the last stands for all.
   *
   * @throws {Unavailable} if something of it could not be
   */
  async stored(): Promise<void> {
    await this.#last?.stored;
    this.throwIfFailed();
  }
}
