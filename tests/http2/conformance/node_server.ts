/**
 * Serves the site by `node:http2` with the workarounds it needs, and prints its port. A process of
 * its own, since what ails `node:http2` can abort the process.
 */

import "../../../rides/runtime/mod.ts";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { serveSite } from "./site.ts";

const server = http2.createServer({ settings: { maxConcurrentStreams: 100 } });
server.on("stream", serveSite);
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
});
