import { equal, rejects } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import type { ServerOptions } from "../../rides/server/options.ts";
import { developmentCertificates } from "../../rides/tls/development.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { Channel } from "../support/exchange.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { RIDE } from "../support/rides.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start } = ridesDefinition;

for (const transport of TRANSPORTS) {
  Deno.test(`reusePort - over ${transport} a second server takes over the port`, async () => {
    await using first = await createServer({ listen: ["127.0.0.1:0"], transport, reusePort: true });
    const port = first.listeners[0]!.port;
    const listen = [`127.0.0.1:${port}`];
    await using _second = await createServer({ listen, transport, reusePort: true });
    equal(await first.shutdown(), 0);
    using channel = new Channel(port);
    equal((await channel.call(Start, RIDE)).status, "OK");
  });

  Deno.test(`reusePort - over ${transport} with TLS, too`, async () => {
    await using folder = await TemporaryFolder.make();
    const { server: tls } = await developmentCertificates(folder.path, ["localhost"]);
    const options: ServerOptions = { transport, tls, reusePort: true };
    await using first = await createServer({ listen: ["127.0.0.1:0"], ...options });
    const listen = [`127.0.0.1:${first.listeners[0]!.port}`];
    await using second = await createServer({ listen, ...options });
    equal(second.listeners[0]!.port, first.listeners[0]!.port);
  });
}

Deno.test("reusePort - without it a port is for one server", async () => {
  await using first = await createServer({ listen: ["127.0.0.1:0"], reusePort: true });
  const listen = [`127.0.0.1:${first.listeners[0]!.port}`];
  await rejects(createServer({ listen }), { name: "ListenError" });
});
