import { equal, match } from "node:assert/strict";
import { rides } from "../support/program.ts";

/** A server's SETTINGS without any, and a GOAWAY for no error that took no stream (RFC 9113, 6.5, 6.8). */
const SETTINGS_AND_GOAWAY = Uint8Array.of(
  ...[0, 0, 0, 4, 0, 0, 0, 0, 0],
  ...[0, 0, 8, 7, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0],
);

/** Says goodbye to each client together with the greeting. */
async function sayGoodbye(listener: Deno.TcpListener): Promise<void> {
  for await (const connection of listener) {
    await connection.write(SETTINGS_AND_GOAWAY);
    connection.readable.pipeTo(new WritableStream()).catch(() => {});
  }
}

Deno.test("early GOAWAY - a client of a server that goes as it comes ends by itself", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const goodbyes = sayGoodbye(listener);
  const { code, stderr } = await rides(
    ["client", "start", "--car-id", "7", "--driver-id", "x", "--timeout", "2s"].concat(
      ["--address", `127.0.0.1:${listener.addr.port}`],
    ),
    // Without the workaround it would run for ever.
    { under: ["timeout", "--signal", "KILL", "30"] },
  );
  match(stderr, /^(UNAVAILABLE|DEADLINE_EXCEEDED)/);
  equal(code === 64 + 14 || code === 64 + 4, true, `exit code ${code}`);
  listener.close();
  await goodbyes;
});
