import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "../../../rides/http2/mod.ts";
import { type Server, testConformance } from "./conformance.ts";
import { serveSite } from "./site.ts";

async function start(): Promise<Server> {
  // The fields of a HEADERS frame of full length come to more than the default, and the cases ask by pings
  // how far the server is.
  const limits = { maxHeaderListBytes: 32_768, minPingIntervalMs: 0 };
  const server = createServer({ limits });
  server.on("stream", serveSite);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

Deno.test("HTTP/2 conformance of the engine", (context) =>
  testConformance(context, { name: "engine", start }, {}));
