/** Wakes those who wait for the next change. */
export class Bell {
  #next = Promise.withResolvers<void>();

  /** Resolves when it rings the next time. */
  get rung(): Promise<void> {
    return this.#next.promise;
  }

  ring(): void {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers<void>();
    resolve();
  }
}
