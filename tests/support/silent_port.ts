/** A port that accepts connections and says nothing. */
export class SilentPort implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #called = Promise.withResolvers<void>();
  readonly #accepting = this.#accept();

  get address(): string {
    return `127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  /** Resolves when somebody has connected. */
  get called(): Promise<void> {
    return this.#called.promise;
  }

  async #accept(): Promise<void> {
    const connections = [];
    for await (const connection of this.#listener) {
      connections.push(connection);
      this.#called.resolve();
    }
    for (const connection of connections) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
  }
}
