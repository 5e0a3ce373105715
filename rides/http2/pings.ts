import { Buffer } from "node:buffer";
import type { Outbound } from "./outbound.ts";

/** Called when an answer comes, or with the reason why none will. */
export type PingCallback = (error: Error | null, durationMs: number, opaque: Buffer) => void;

interface OpenPing {
  readonly opaque: Buffer;
  readonly sentAt: number;
  readonly callback: PingCallback;
}

const MAX_OPEN_PINGS = 16;

/** RFC 9113, 6.7: the PINGs that we have sent, each told from the others by what it carries. */
export class Pings {
  private readonly open: OpenPing[] = [];
  private count = 0;

  constructor(private readonly outbound: Outbound) {}

  /** False if too many are open. */
  send(callback: PingCallback): boolean {
    if (this.open.length >= MAX_OPEN_PINGS) return false;
    const opaque = Buffer.alloc(8);
    opaque.writeUInt32BE(++this.count, 4);
    this.open.push({ opaque, sentAt: performance.now(), callback });
    this.outbound.ping(opaque, false);
    return true;
  }

  /** An answer to none of ours is ignored. */
  acknowledge(opaque: Buffer): void {
    const index = this.open.findIndex((ping) => ping.opaque.equals(opaque));
    if (index >= 0) settle(this.open.splice(index, 1)[0]!, null);
  }

  /** No answer can come any more. */
  abandon(): void {
    for (const ping of this.open.splice(0)) {
      settle(ping, new Error("Cannot await PING: the session is closed"));
    }
  }
}

function settle({ callback, sentAt, opaque }: OpenPing, error: Error | null): void {
  callback(error, performance.now() - sentAt, opaque);
}
