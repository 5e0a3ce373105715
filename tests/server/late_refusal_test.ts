import { doesNotMatch, equal } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { fieldsOf } from "../attack/requests.ts";
import { RawConnection } from "../attack/raw_connection.ts";
import { frame, headerBlock, windowUpdate } from "../http2/support/frames.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { TRANSPORTS } from "../support/transports.ts";

const CONNECTIONS = 20;
const block = headerBlock(fieldsOf("/Rides/NoSuchMethod"));

for (const transport of TRANSPORTS) {
  Deno.test(`requests - the refusal of one that is gone is no error of the server (${transport})`, async () => {
    await using server = await ServingProgram.start(["--transport", transport]);
    for (let count = 0; count < CONNECTIONS; count++) {
      await using connection = (await (await RawConnection.open(server.port)).begin()).read();
      await connection.send(Buffer.concat([
        frame(FrameType.HEADERS, Flag.END_HEADERS, 1, block),
        // Which ends the connection, and every call on it (RFC 9113, 6.9).
        windowUpdate(0, 0),
      ]));
      await connection.ended;
    }
    // Answered after all of them.
    const { code } = await rides(["client", "person", "trung", "--address", server.address]);
    equal(code, 0);
    server.signal("SIGTERM");
    const { stderr } = await server.ended();
    doesNotMatch(stderr, /an error outside of every call/);
  });
}
