import { Buffer } from "node:buffer";
import { DEFAULT_LIMITS } from "../../rides/http2/mod.ts";
import { PREFACE, settings } from "../http2/support/frames.ts";
import { type Attack, CLOSING_MS, type Ending, within } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";

const CONNECTIONS = 100;
const BETWEEN_BYTES_MS = 500;

/** A TLS record that announces a ClientHello of 508 bytes (RFC 8446, 5.1 and 4). */
const CLIENT_HELLO = Buffer.concat([
  Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]),
  Buffer.alloc(64, 7),
]);

/** Peers that begin and never come to an end; each has only so long. */
export const slowPeers: readonly Attack[] = [
  {
    name: "slow preface",
    limit: "prefaceTimeoutMs",
    go: ({ port }) => beSlow(port, PREFACE, DEFAULT_LIMITS.prefaceTimeoutMs),
  },
  {
    name: "SETTINGS never acknowledged",
    limit: "settingsAckTimeoutMs",
    go: ({ port }) =>
      beSlow(
        port,
        Buffer.alloc(0),
        DEFAULT_LIMITS.settingsAckTimeoutMs,
        Buffer.concat([
          PREFACE,
          settings(),
        ]),
      ),
  },
  {
    name: "slow TLS handshake",
    limit: "tlsHandshakeTimeoutMs",
    tls: true,
    go: ({ port }) => beSlow(port, CLIENT_HELLO, DEFAULT_LIMITS.tlsHandshakeTimeoutMs),
  },
];

/** Sends `first`, then a byte of `rest` now and then, on many connections. */
async function beSlow(
  port: number,
  rest: Buffer,
  limitMs: number,
  first: Buffer = Buffer.alloc(0),
): Promise<Ending[]> {
  await using connections = new AsyncDisposableStack();
  return await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const passedAt = performance.now() + limitMs;
    const connection = connections.use(await RawConnection.open(port)).read();
    await connection.send(first);
    for (const byte of rest) {
      if (connection.isClosed || performance.now() > passedAt) break;
      await connection.send(Buffer.from([byte]));
      await within(BETWEEN_BYTES_MS, connection.ended);
    }
    await within(passedAt + CLOSING_MS - performance.now(), connection.ended);
    const { closedAt, goawayCode } = connection;
    return { closedAfterMs: closedAt && Math.max(0, closedAt - passedAt), goawayCode };
  }));
}
