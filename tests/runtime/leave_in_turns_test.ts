import { ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import http2 from "node:http2";
import net, { type AddressInfo, type Server } from "node:net";
import { onTransport } from "../../rides/runtime/mod.ts";
import { Crowd } from "../http2/support/crowd.ts";
import { eventually } from "../support/eventually.ts";

const CROWD = 100;
/** What the server does when one of them has left. */
const WORK_MS = 2;

for (const kind of ["engine", "node"] as const) {
  Deno.test(`leaving - others have their turn while a crowd leaves (${kind})`, async () => {
    const server: Server = onTransport({ kind }, () => http2.createServer({}));
    let accepted = 0;
    let left = 0;
    server.on("connection", (socket: net.Socket) => {
      if (++accepted === 1) return;
      socket.on("error", () => {});
      socket.on("close", () => {
        // No greeting of either protocol.
        if (++left === 1) other.write(Buffer.alloc(64));
        const until = performance.now() + WORK_MS;
        while (performance.now() < until);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const other = net.connect(port, "127.0.0.1").resume();
    // Whether its end is a reset says nothing.
    other.on("error", () => {});
    await eventually("the other is there", () => accepted === 1);
    await using crowd = await Crowd.connect(port, CROWD);
    await eventually("the crowd is there", () => accepted === CROWD + 1);
    const answered = once(other, "close").then(() => left);
    crowd.leave();

    await eventually("all have left", () => left === CROWD);
    server.close();
    await once(server, "close");
    const before = await answered;
    ok(before < CROWD, `${before} of ${CROWD} left before another was answered`);
  });
}
