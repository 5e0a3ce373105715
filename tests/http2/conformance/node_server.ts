/**
 * Serves the site by `node:http2` with the workarounds it needs, and prints its port. A process of
 * its own, since what ails `node:http2` can abort the process.
 */

import { onTransport } from "../../../rides/runtime/mod.ts";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { serveSite } from "./site.ts";

// The fields of a HEADERS frame of full length come to more than the default.
const limits = { maxHeaderListBytes: 32_768 };
const server = onTransport(
  { kind: "node", limits },
  () => http2.createServer({ settings: { maxConcurrentStreams: 100 } }),
);
server.on("stream", serveSite);
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
});
