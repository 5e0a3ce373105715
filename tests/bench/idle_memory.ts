import { CLIENT_PREFACE, Flag, FrameType, writeFrameHeader } from "../../rides/http2/frame.ts";
import { Buffer } from "node:buffer";
import type { MeasuredServer } from "../support/measured_server.ts";

/** Opened before the first reading, so that what grows once in a server is not counted. */
const WARM_UP_CONNECTIONS = 500;

/** For the server to tidy up. */
const SETTLING_MS = 2_000;

/** How many handshakes are under way at once. */
const AT_ONCE = 50;

/**
 * The memory of a server that one idle connection takes, in bytes: its growth with `count` connections
 * that have said SETTINGS and nothing since.
 *
 * @param ca the CA of a server with TLS, PEM
 */
export async function idleConnectionBytes(
  server: MeasuredServer,
  ca: string | undefined,
  count: number,
): Promise<number> {
  const open: Deno.Conn[] = [];
  try {
    await openIdle(open, server.port, ca, WARM_UP_CONNECTIONS);
    const before = await settledBytes(server);
    await openIdle(open, server.port, ca, count);
    return (await settledBytes(server) - before) / count;
  } finally {
    for (const connection of open) connection.close();
  }
}

async function settledBytes(server: MeasuredServer): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  return server.residentBytes();
}

async function openIdle(
  open: Deno.Conn[],
  port: number,
  ca: string | undefined,
  count: number,
): Promise<void> {
  for (let opened = 0; opened < count; opened += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - opened) }, () => begin(port, ca));
    open.push(...await Promise.all(batch));
  }
}

/** RFC 9113, 3.4: the client's preface, and the acknowledgement of the server's. */
async function begin(port: number, ca: string | undefined): Promise<Deno.Conn> {
  const at = { hostname: "127.0.0.1", port };
  const connection = ca === undefined
    ? await Deno.connect(at)
    : await Deno.connectTls({ ...at, caCerts: [ca], alpnProtocols: ["h2"] });
  const settings = Buffer.alloc(18);
  writeFrameHeader(settings, 0, 0, FrameType.SETTINGS, 0, 0);
  writeFrameHeader(settings, 9, 0, FrameType.SETTINGS, Flag.ACK, 0);
  const bytes = Buffer.concat([Buffer.from(CLIENT_PREFACE, "latin1"), settings]);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  return connection;
}
