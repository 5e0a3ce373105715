import { LimitError } from "./errors.ts";
import type { Limits } from "./limits.ts";

/** How often it looks. */
const LOOK_MS = 250;

/** A connection, as far as it buffers. */
export interface Buffering {
  /** Received and not yet taken by handlers, or written and not yet taken by the peer. */
  readonly bufferedBytes: number;
  /** Ends the connection. */
  fail(error: LimitError): void;
}

/**
 * Keeps the bytes that all connections of its servers buffer together within `maxBufferedBytes`: what one may
 * buffer is far too much for thousands. It polls, so that no byte costs anything here, and ends the
 * connections that buffer most.
 */
export class BufferGuard {
  readonly #connections = new Set<Buffering>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly limits: Pick<Limits, "maxBufferedBytes">) {}

  add(connection: Buffering): void {
    this.#connections.add(connection);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  delete(connection: Buffering): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { maxBufferedBytes } = this.limits;
    let bytes = 0;
    for (const { bufferedBytes } of this.#connections) bytes += bufferedBytes;
    if (bytes <= maxBufferedBytes) return;
    const byMost = [...this.#connections].sort((a, b) => b.bufferedBytes - a.bufferedBytes);
    for (const connection of byMost) {
      if (bytes <= maxBufferedBytes) return;
      const { bufferedBytes } = connection;
      bytes -= bufferedBytes;
      const reason = `All connections buffer too much, and this one most: ${bufferedBytes} bytes`;
      connection.fail(new LimitError("maxBufferedBytes", reason));
    }
  }
}
