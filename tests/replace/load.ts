import { RidesClient } from "../../rides/client/client.ts";
import type { RetryOptions } from "../../rides/client/retry.ts";
import { eventually } from "../support/eventually.ts";
import { RIDE } from "../support/rides.ts";

/** Clients that stay connected, and those that connect for each few calls. */
const [STEADY, FLEETING] = [4, 2];

/** How many calls a fleeting client makes. */
const FLEETING_CALLS = 3;

/** After so many failures there is no use in more. */
const ENOUGH_FAILURES = 20;

/** Clients that call one address as fast as it answers, until they are stopped. */
export class Load implements AsyncDisposable {
  /** How many calls were answered. */
  answered = 0;
  /** What calls failed with. */
  readonly failures: string[] = [];
  readonly #clients: Promise<void>[] = [];
  #stopped = false;

  /**
   * @param ca of a server with TLS, PEM
   * @param retry how calls are tried again; default as clients do
   */
  constructor(readonly address: string, readonly ca?: string, readonly retry?: RetryOptions) {
    for (let i = 0; i < STEADY; i++) this.#clients.push(this.#callOn(() => !this.#stopped));
    for (let i = 0; i < FLEETING; i++) this.#clients.push(this.#comeAndGo());
  }

  /** Resolves when so many calls were answered, or enough have failed. */
  async answers(count: number): Promise<void> {
    await eventually(`answer ${count}`, () => this.answered >= count || this.#stopped);
  }

  /** Resolves when the calls that run have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #comeAndGo(): Promise<void> {
    while (!this.#stopped) {
      let calls = FLEETING_CALLS;
      await this.#callOn(() => calls-- > 0);
    }
  }

  async #callOn(goesOn: () => boolean): Promise<void> {
    await using client = new RidesClient({
      address: this.address,
      tls: this.ca === undefined ? undefined : { ca: this.ca },
      timeoutMs: 20_000,
      retry: this.retry,
    });
    for (let calls = 0; goesOn(); calls++) {
      try {
        await (calls % 2 === 0 ? client.start(RIDE) : client.getInfor("trung"));
        this.answered++;
      } catch (error) {
        this.failures.push(String(error));
        if (this.failures.length >= ENOUGH_FAILURES) this.#stopped = true;
      }
    }
  }
}
