import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "../../../rides/http2/mod.ts";
import { type Server, testConformance } from "./conformance.ts";
import { serveSite } from "./site.ts";

async function start(): Promise<Server> {
  const server = createServer();
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
