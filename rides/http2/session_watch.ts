import { LimitError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { type Placed, PlaceList } from "./place_list.ts";

/** How often it looks; what it ends can have lasted this much longer. */
const LOOK_MS = 250;

/** A session, as far as it is watched. */
export interface Watched extends Placed {
  /** Received and not yet taken by handlers, or written and not yet taken by the peer. */
  readonly bufferedBytes: number;
  /** Goes on where its peer has been waited for in vain; `now` is of `performance.now()`. */
  checkPatience(now: number): void;
  fail(error: LimitError): void;
}

/**
 * Watches all sessions of its servers: how long they wait for their peers, and that what they buffer together
 * stays within `maxBufferedBytes`, since what one may buffer is far too much for thousands; the ones that
 * buffer most are ended. It polls, so that no byte costs anything here, and no session needs a timer,
 * which takes as much memory as half of the rest of it.
 */
export class SessionWatch {
  readonly #sessions = new PlaceList<Watched>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly limits: Pick<Limits, "maxBufferedBytes">) {}

  add(session: Watched): void {
    this.#sessions.add(session);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  delete(session: Watched): void {
    this.#sessions.delete(session);
    if (this.#sessions.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { maxBufferedBytes } = this.limits;
    const now = performance.now();
    let bytes = 0;
    for (const session of this.#sessions) {
      session.checkPatience(now);
      bytes += session.bufferedBytes;
    }
    if (bytes <= maxBufferedBytes) return;
    const byMost = this.#sessions.all().toSorted((a, b) => b.bufferedBytes - a.bufferedBytes);
    for (const session of byMost) {
      if (bytes <= maxBufferedBytes) return;
      const { bufferedBytes } = session;
      bytes -= bufferedBytes;
      const reason = `All connections buffer too much, and this one most: ${bufferedBytes} bytes`;
      session.fail(new LimitError("maxBufferedBytes", reason));
    }
  }
}
