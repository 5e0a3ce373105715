import type net from "node:net";
import { addressBlock } from "./address_block.ts";
import type { Limits } from "./limits.ts";
import { addressOf } from "./peer.ts";

/** The TLS handshakes of one address that failed in this interval. */
interface Failures {
  count: number;
  /** Whether it has been reported that there are too many. */
  reported: boolean;
}

/**
 * Counts the failed TLS handshakes of each address. Each takes 0.4 ms, and 23 KB that the runtime's native
 * side keeps; a connection that is closed before TLS takes neither. A success makes up for a failure, so
 * that clients with the wrong CA do not keep out others behind the same address, and an attacker has to
 * complete as many handshakes as it has fail.
 */
export class FailedHandshakes {
  readonly #failures = new Map<string, Failures>();
  #intervalEndsAt = 0;

  /** `server` may be one without TLS, of which none fails. */
  constructor(
    server: net.Server,
    private readonly limits: Pick<Limits, "maxFailedHandshakes" | "floodIntervalMs">,
  ) {
    // Before others destroy the socket, which makes it forget its peer.
    server.prependListener("tlsClientError", (_error: Error, socket: net.Socket) => {
      this.#onFailure(addressBlock(addressOf(socket)));
    });
    server.on("secureConnection", (socket: net.Socket) => {
      this.#onSuccess(addressBlock(addressOf(socket)));
    });
  }

  /** The failures of `address`, if they are too many. */
  tooManyOf(address: string): Failures | undefined {
    const { maxFailedHandshakes, floodIntervalMs } = this.limits;
    const now = performance.now();
    if (now >= this.#intervalEndsAt) {
      this.#intervalEndsAt = now + floodIntervalMs;
      this.#failures.clear();
    }
    const failures = this.#failures.get(address);
    const isTooMany = failures && maxFailedHandshakes > 0 && failures.count >= maxFailedHandshakes;
    return isTooMany ? failures : undefined;
  }

  #onFailure(address: string): void {
    const failures = this.#failures.get(address);
    if (failures) failures.count++;
    else this.#failures.set(address, { count: 1, reported: false });
  }

  #onSuccess(address: string): void {
    const failures = this.#failures.get(address);
    if (failures && --failures.count === 0) this.#failures.delete(address);
  }
}
