import { Buffer } from "node:buffer";
import { PREFACE, settings } from "../http2/support/frames.ts";
import { type Attack, CLOSING_MS, type Ending, within } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";

const CONNECTIONS_EACH = 20;

/** A record of TLS (RFC 8446, 5.1) that says it is as long as `length`. */
function record(type: number, payload: Uint8Array, length = payload.length): Buffer {
  return Buffer.concat([Buffer.from([type, 3, 1, length >> 8, length & 0xff]), payload]);
}

const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

/** What a client says first to a port of TLS, for which its connection has to end. */
const GREETINGS: readonly Buffer[] = [
  Buffer.concat([PREFACE, settings()]),
  Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
  Buffer.alloc(64),
  // SSL 2's hello.
  Buffer.from([0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10, 1, 0, 0x80, 2, 0, 0x80]),
  record(HANDSHAKE, Buffer.alloc(2_000, 0xff)),
  // A ClientHello that is shorter inside than it says.
  record(HANDSHAKE, Buffer.concat([Buffer.from([1, 0, 0, 4]), Buffer.from([3, 3, 0, 0])])),
  // A handshake message of 16 MB.
  record(HANDSHAKE, Buffer.concat([Buffer.from([1, 0xff, 0xff, 0xff]), Buffer.alloc(16_000)])),
  record(HANDSHAKE, Buffer.alloc(0xffff, 1), 0xffff),
  record(APPLICATION_DATA, Buffer.alloc(100)),
  record(ALERT, Buffer.from([2, 40])),
  record(99, Buffer.alloc(100)),
];

/** Records that no TLS library sends, on a server with TLS. */
export const malformedRecords: Attack = {
  name: "malformed TLS records",
  limit: "RFC 8446",
  tls: true,
  go: ({ port }) =>
    Promise.all(
      GREETINGS.flatMap((bytes) =>
        Array.from({ length: CONNECTIONS_EACH }, () => greet(port, bytes))
      ),
    ),
};

async function greet(port: number, bytes: Buffer): Promise<Ending> {
  await using connection = (await RawConnection.open(port)).read();
  await connection.send(bytes);
  const passedAt = performance.now();
  await within(CLOSING_MS, connection.ended);
  const { closedAt } = connection;
  return { closedAfterMs: closedAt && Math.max(0, closedAt - passedAt) };
}
