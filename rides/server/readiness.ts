/** Called whenever the server becomes ready or ceases to be. */
export type ReadinessListener = (ready: boolean) => void;

/**
 * Whether the server is ready for calls. Health (`grpc.health.v1`) and `/readyz` report it, and load
 * balancers act on it; calls that come all the same are served.
 *
 * Whatever cannot serve for a while holds it and releases it again: a store while its disk is full; the drain
 * holds it for good.
 */
export class Readiness {
  /** Each hold is a separate entry, so that two with the same reason count twice. */
  readonly #holds = new Set<{ readonly reason: string }>();
  readonly #listeners = new Set<ReadinessListener>();

  get isReady(): boolean {
    return this.#holds.size === 0;
  }

  /** Why the server is not ready, for people; empty where it is. */
  get reasons(): readonly string[] {
    return [...this.#holds].map(({ reason }) => reason);
  }

  /**
   * Makes the server not ready.
   *
   * @param reason for people, as in `draining`
   * @returns a function that ends the hold; calling it again does nothing
   */
  hold(reason: string): () => void {
    const hold = { reason };
    this.#holds.add(hold);
    if (this.#holds.size === 1) this.#tell();
    return () => {
      if (this.#holds.delete(hold) && this.isReady) this.#tell();
    };
  }

  /**
   * Calls `listener` at each change from now on.
   *
   * @returns a function that stops that
   */
  watch(listener: ReadinessListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.isReady);
  }
}
