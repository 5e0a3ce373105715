import { ResourceExhausted } from "../../domain/failure.ts";
import { statusOf } from "../../wire/status.ts";
import type { Settings } from "../settings.ts";
import type { CallGate } from "./call_gate.ts";
import type { PeerConnection } from "./peer_connection.ts";

/** The limits on messages that a server receives; see `settings.ts`. */
export type MessageLimits = Pick<
  Settings,
  "maxMessageBytes" | "maxUnfinishedBytes" | "maxUnfinishedBytesPerConnection" | "maxInflation"
>;

/**
 * The bytes of messages, over all calls of a server, that are incomplete, are inflated and not yet taken by
 * their handler, or are the request of a running unary call. Otherwise each of a hundred streams of a
 * connection could withhold the last byte of a message of 4 MiB, or the end of the stream after it.
 */
export class MessageMemory {
  bytes = 0;

  constructor(readonly limits: MessageLimits, private readonly gate: CallGate) {}

  /** Ends the calls that hold most, until the rest is within the limit. */
  makeRoom(): void {
    while (this.bytes > this.limits.maxUnfinishedBytes) {
      const largest = this.gate.largest(({ heldBytes }) => heldBytes);
      if (!largest?.heldBytes) return;
      const { maxUnfinishedBytes } = this.limits;
      largest.sendStatus(statusOf(
        new ResourceExhausted(`all unfinished messages take more than ${maxUnfinishedBytes} bytes`),
      ));
    }
  }
}

/** The share of one call in {@linkcode MessageMemory}. */
export class CallMemory {
  bytes = 0;
  #ended = false;

  /** @param keeps whether a message counts until the end of the call, as that of a single request does */
  constructor(
    private readonly server: MessageMemory,
    private readonly connection: PeerConnection,
    readonly keeps = false,
  ) {}

  get limits(): MessageLimits {
    return this.server.limits;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /**
   * The call holds that many bytes more, or fewer. If that is too much for the server, calls end, perhaps
   * this one.
   *
   * @throws {ResourceExhausted} if it is too much for the connection
   */
  hold(bytes: number): void {
    if (this.#ended) return;
    this.#count(bytes);
    if (bytes <= 0) return;
    const most = this.limits.maxUnfinishedBytesPerConnection;
    if (this.connection.heldBytes > most) {
      throw new ResourceExhausted(
        `the unfinished messages of the connection take more than ${most} bytes`,
      );
    }
    if (this.server.bytes > this.limits.maxUnfinishedBytes) this.server.makeRoom();
  }

  /** The handler has received a message for which that many bytes were held. */
  deliver(bytes: number): void {
    if (!this.keeps) this.hold(-bytes);
  }

  /** The call has ended, and holds nothing. */
  end(): void {
    this.#count(-this.bytes);
    this.#ended = true;
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    this.connection.heldBytes += bytes;
    this.server.bytes += bytes;
  }
}
