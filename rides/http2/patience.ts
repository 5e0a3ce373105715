import type { Connection } from "./connection.ts";
import { ErrorCode, LimitError } from "./errors.ts";
import type { LimitName, Limits } from "./limits.ts";

/** What happens when a peer is waited for in vain. */
export interface PatienceEvents {
  /** It did not begin as it has to (5.4.1). */
  fail(error: LimitError): void;
  /** It began and asks for nothing; `close` follows. */
  onLimit(limit: LimitName, reason: string): void;
  close(): void;
}

/** How often an idle connection is looked at before it ends. */
const IDLE_LOOKS = 4;

/**
 * How long a session waits for its peer: for the preface, then for the acknowledgement of SETTINGS, then
 * for the first request, then for the next.
 */
export class Patience {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly limits: Limits,
    private readonly connection: Connection,
    private readonly events: PatienceEvents,
  ) {}

  /** 3.4 */
  awaitPreface(): void {
    this.await("No preface", "prefaceTimeoutMs", ErrorCode.PROTOCOL_ERROR);
  }

  /** 6.5.3 */
  awaitSettingsAck(): void {
    this.await(
      "No acknowledgement of SETTINGS",
      "settingsAckTimeoutMs",
      ErrorCode.SETTINGS_TIMEOUT,
    );
  }

  awaitRequests(): void {
    this.end();
    this.watch(performance.now(), 0);
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.timer);
  }

  private await(
    lack: string,
    limit: "prefaceTimeoutMs" | "settingsAckTimeoutMs",
    code: number,
  ): void {
    this.end();
    const timeoutMs = this.limits[limit];
    if (timeoutMs === 0) return;
    this.timer = setTimeout(
      () => this.events.fail(new LimitError(limit, `${lack} came in ${timeoutMs} ms`, code)),
      timeoutMs,
    );
  }

  /**
   * Ends the connection where no request comes for too long after the time `since`, when the last stream
   * was `lastStream`. It looks from time to time, so that a request costs nothing here; the end of an
   * idle connection can be a look late.
   */
  private watch(since: number, lastStream: number): void {
    const { firstRequestTimeoutMs, idleTimeoutMs } = this.limits;
    const isFirst = lastStream === 0;
    const allowedMs = isFirst ? firstRequestTimeoutMs : idleTimeoutMs;
    const end = allowedMs > 0 ? since + allowedMs : Infinity;
    const lookMs = idleTimeoutMs > 0 ? idleTimeoutMs / IDLE_LOOKS : Infinity;
    const waitMs = Math.min(lookMs, Math.max(0, end - performance.now()));
    if (waitMs === Infinity) return;
    this.timer = setTimeout(() => {
      const now = performance.now();
      const { ids, openStreams } = this.connection;
      if (openStreams > 0 || ids.last !== lastStream) return this.watch(now, ids.last);
      if (now < end) return this.watch(since, lastStream);
      if (isFirst) {
        this.events.onLimit("firstRequestTimeoutMs", `No request came in ${allowedMs} ms`);
      }
      this.events.close();
    }, waitMs);
  }
}
