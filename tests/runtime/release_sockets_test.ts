import { deepEqual } from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { onTransport } from "../../rides/runtime/mod.ts";
import { eventually } from "../support/eventually.ts";

for (const kind of ["engine", "node"] as const) {
  Deno.test(`a closed socket - holds nothing but its end (${kind})`, async () => {
    const server: net.Server = onTransport({ kind }, () => http2.createServer({}));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [socket] = await once(server, "connection") as [net.Socket];
    const heard: string[] = [];
    socket.on("close", () => heard.push("close"));
    client.resume().end();
    await eventually("both sides are closed", () => client.closed && socket.closed);
    deepEqual(heard, ["close"]);
    deepEqual(socket.eventNames(), ["error"]);
    server.close();
    await once(server, "close");
  });
}
