/**
 * Serves the site by `node:http2` and prints its port. A process of its own, because the runtime
 * aborts the process on some frames that the cases send.
 */

import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { serveSite } from "./site.ts";

const server = createServer({ settings: { maxConcurrentStreams: 100 } });
server.on("stream", serveSite);
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
});
