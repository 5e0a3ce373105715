/** Neither side has to hold 20 MB that the other one does not read. */
import assert from "node:assert/strict";
import { InteropServer } from "./support/interop_server.ts";
import { LIBRARIES, LibraryClient } from "./support/libraries.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";
import { settled } from "./support/settled.ts";

const TOTAL_BYTES = 80 * 256 * 1024;
/** What both sides' buffers hold at the most; a client's window may grow by itself. */
const HELD_BYTES = TOTAL_BYTES * 0.9;

for (const library of LIBRARIES) {
  for (const { name, transport } of TARGETS) {
    const peers = `${library.name} on ${name}`;

    testWith(
      library.missing,
      `${peers} - a client that stops reading stops its server`,
      async () => {
        await using server = await InteropServer.start({ transport });
        await using client = await LibraryClient.start(library, "read_slowly", server.address);
        assert.deepEqual(await client.next(), { waiting: true });
        const written = await settled(() => server.service.written);
        await client.goOn();
        assert(written < HELD_BYTES, `${written} bytes were written while nobody read`);
        assert.deepEqual(await client.rest(), [{ bytes: TOTAL_BYTES }]);
        assert(server.service.fullWrites > 0, "no write returned false");
      },
    );

    testWith(
      library.missing,
      `${peers} - a handler that does not read stops its client`,
      async () => {
        await using server = await InteropServer.start({ transport });
        const reading = Promise.withResolvers<void>();
        server.service.beforeReading = reading.promise;
        await using client = await LibraryClient.start(library, "write", server.address);
        let sent = 0;
        let bytes: unknown;
        const ended = (async () => {
          for (let event = await client.next(); event; event = await client.next()) {
            if (event.sent) sent++;
            else bytes = event.bytes;
          }
        })();
        const stoppedAt = await settled(() => sent, 600);
        reading.resolve();
        await ended;
        assert(stoppedAt * 256 * 1024 < HELD_BYTES, `${stoppedAt} messages left while nobody read`);
        assert.equal(bytes, TOTAL_BYTES);
      },
    );
  }
}
