/** Told whether the server is ready, each time that it changes. */
export type ReadinessListener = (ready: boolean) => void;

/**
 * Whether the server wants calls. Health (`grpc.health.v1`) and `/readyz` say what this says, and load
 * balancers act on it; calls that come all the same are served.
 *
 * Whatever cannot serve for a while holds it, and lets it go: the drain for good, a store for as long as
 * its disk is full.
 */
export class Readiness {
  /** Each hold is an entry of its own, so that two with the same reason count twice. */
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
   * @returns ends the hold; again does nothing
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
   * @returns ends it
   */
  watch(listener: ReadinessListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.isReady);
  }
}
