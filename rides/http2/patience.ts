import type { Connection } from "./connection.ts";
import { ErrorCode, LimitError } from "./errors.ts";
import type { LimitName, Limits } from "./limits.ts";
import { endInTurn } from "./end_in_turn.ts";

/** What happens when a peer is waited for in vain. */
export interface PatienceEvents {
  /** It did not begin as it has to (5.4.1). */
  fail(error: LimitError): void;
  /** It began and asks for nothing; `close` follows. */
  onLimit(limit: LimitName, reason: string): void;
  close(): void;
}

/** What is waited for, by its limit, and what is said where it does not come. */
const LACKS = {
  prefaceTimeoutMs: "No preface",
  settingsAckTimeoutMs: "No acknowledgement of SETTINGS",
  firstRequestTimeoutMs: "No request",
  idleTimeoutMs: "No request",
} as const satisfies { [Limit in LimitName]?: string };

type Awaited = keyof typeof LACKS;

/**
 * How long a session waits for its peer: for the preface, then for the acknowledgement of SETTINGS, then
 * for the first request, then for the next. It is looked at from time to time, so that a request costs
 * nothing here, and the end can be a look late.
 */
export class Patience {
  /** 3.4; undefined once nothing is waited for. */
  private awaited: Awaited | undefined = "prefaceTimeoutMs";
  private since = performance.now();
  private lastStream = 0;

  constructor(
    private readonly limits: Limits,
    private readonly connection: Connection,
    private readonly events: PatienceEvents,
  ) {}

  /** 6.5.3 */
  awaitSettingsAck(): void {
    this.await("settingsAckTimeoutMs", performance.now());
  }

  awaitRequests(): void {
    this.await("firstRequestTimeoutMs", performance.now());
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.awaited = undefined;
  }

  /** Ends the connection where it has waited for too long. */
  check(now: number): void {
    const { awaited } = this;
    if (awaited === undefined) return;
    if (awaited === "firstRequestTimeoutMs" || awaited === "idleTimeoutMs") {
      const { ids: { last }, openStreams } = this.connection;
      if (openStreams > 0 || last !== this.lastStream) {
        this.lastStream = last;
        return this.await("idleTimeoutMs", now);
      }
    }
    const allowedMs = this.limits[awaited];
    if (allowedMs === 0 || now - this.since < allowedMs) return;
    // Those who came together are given up together, and each takes some time; none queues twice.
    this.since = now;
    endInTurn(() => this.giveUp(awaited, allowedMs));
  }

  private giveUp(awaited: Awaited, allowedMs: number): void {
    if (this.awaited !== awaited) return;
    this.end();
    const reason = `${LACKS[awaited]} came in ${allowedMs} ms`;
    if (awaited === "prefaceTimeoutMs") {
      this.events.fail(new LimitError(awaited, reason, ErrorCode.PROTOCOL_ERROR));
    } else if (awaited === "settingsAckTimeoutMs") {
      this.events.fail(new LimitError(awaited, reason, ErrorCode.SETTINGS_TIMEOUT));
    } else {
      if (awaited === "firstRequestTimeoutMs") this.events.onLimit(awaited, reason);
      this.events.close();
    }
  }

  private await(awaited: Awaited, now: number): void {
    this.awaited = awaited;
    this.since = now;
  }
}
