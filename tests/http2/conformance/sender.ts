import type { Connection } from "./connection.ts";
import { data, DEFAULT_WINDOW, readUint32, Setting, Type } from "./frame.ts";

/** Sends DATA as the server's windows allow, and waits for WINDOW_UPDATE when they do not. */
export class Sender {
  readonly #connection: Connection;
  readonly #sent = new Map<number, number>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async send(stream: number, payload: ArrayLike<number>, flags?: number): Promise<void> {
    const { length } = payload;
    while (Math.min(this.window(0), this.window(stream)) < length) {
      await this.#connection.find(Type.WINDOW_UPDATE);
    }
    for (const id of [0, stream]) this.#sent.set(id, (this.#sent.get(id) ?? 0) + length);
    await this.#connection.send(data(stream, payload, flags));
  }

  /** How many octets may be sent on a stream or, for stream 0, on the connection. */
  window(stream: number): number {
    const { received, serverSettings } = this.#connection;
    const initial = stream === 0 ? undefined : serverSettings.get(Setting.INITIAL_WINDOW_SIZE);
    return received
      .filter((frame) => frame.type === Type.WINDOW_UPDATE && frame.stream === stream)
      .reduce((sum, { payload }) => sum + readUint32(payload), initial ?? DEFAULT_WINDOW) -
      (this.#sent.get(stream) ?? 0);
  }
}
