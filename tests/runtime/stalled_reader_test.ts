import { equal, ok } from "node:assert/strict";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Flag } from "../../rides/http2/frame.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { createServer } from "../../rides/server/server.ts";
import { RawConnection } from "../attack/raw_connection.ts";
import { fieldsOf } from "../attack/requests.ts";
import { data, headers, windowUpdate } from "../http2/support/frames.ts";
import { byteMethod } from "../support/byte_method.ts";
import { eventually } from "../support/eventually.ts";

const MESSAGE = Buffer.alloc(64 * 1024);
const MESSAGES = 2_048;
/** What buffers of the server and of both sockets may hold: 16 MB of 128. */
const IN_FLIGHT = 256;

const DEFAULT_WINDOW = 65_535;
const LARGEST_WINDOW = 2 ** 31 - 1;

/**
 * How much the client says that it would take: the engine has to see by the socket alone that it does
 * not. `node:http2` in Deno 2.9.6 does not look there, and heeds flow control alone.
 */
const WINDOWS = { engine: LARGEST_WINDOW, node: DEFAULT_WINDOW } as const;

const download = byteMethod("/Test/Download", false, true);

/** A service that answers much, no faster than it is taken, and how much of it has left the handler. */
function downloading() {
  const progress = { written: 0 };
  const handler = async (call: ServerWritableStream<Buffer, Buffer>) => {
    for (; progress.written < MESSAGES; progress.written++) {
      if (!call.write(MESSAGE)) await once(call, "drain");
    }
    call.end();
  };
  return { progress, service: { definition: { download }, handlers: { download: handler } } };
}

/** Resolves when the handler writes no more. */
async function stalled(progress: { readonly written: number }): Promise<void> {
  let before = -1;
  await eventually("the handler waits for its reader", async () => {
    const isStill = progress.written === before;
    before = progress.written;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return isStill && before > 0;
  });
}

for (const transport of ["engine", "node"] as const) {
  Deno.test(`stalled reader - holds up the handler until it reads, not the memory (${transport})`, async () => {
    const { progress, service } = downloading();
    const listen = ["127.0.0.1:0"];
    await using server = await createServer({ listen, services: [service], transport, graceMs: 0 });
    await using connection = await RawConnection.open(server.listeners[0]!.port);
    await connection.begin([SettingId.INITIAL_WINDOW_SIZE, WINDOWS[transport]]);
    const wider = WINDOWS[transport] - DEFAULT_WINDOW;
    if (wider > 0) await connection.send(windowUpdate(0, wider));
    await connection.send(headers(1, Object.fromEntries(fieldsOf(download.path))));
    await connection.send(data(1, Buffer.alloc(5), Flag.END_STREAM));

    await stalled(progress);
    ok(
      progress.written < IN_FLIGHT,
      `${progress.written} messages for a reader that reads nothing`,
    );
    connection.read();
    if (wider === 0) {
      for (const stream of [0, 1]) {
        await connection.send(windowUpdate(stream, LARGEST_WINDOW - DEFAULT_WINDOW));
      }
    }
    await eventually("the handler has written all", () => progress.written === MESSAGES);
    equal(connection.isClosed, false);
  });
}
