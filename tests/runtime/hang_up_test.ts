import { equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { FrameType } from "../../rides/http2/frame.ts";
import { frame, PREFACE, settings } from "../http2/support/frames.ts";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { openDescriptors, residentBytes } from "../support/process_facts.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { TRANSPORTS } from "../support/transports.ts";

const HANG_UPS = 1_500;
/** Until the server has grown to its size. */
const WARM_UP = 500;
const AT_ONCE = 20;

/** A connection that leaks costs 20 or 30 KB, and so many of them 30 MB. */
const GROWTH_BYTES = 12_000_000;

/** With little room the garbage goes at once, and what is left is what stays. */
const env = { DENO_V8_FLAGS: "--max-old-space-size=48,--max-semi-space-size=2" };

const goaway = (code: number) =>
  frame(FrameType.GOAWAY, 0, 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, code]));

/** What a client that calls nothing does before it closes its connection. */
const LAST_ACTS: readonly ((connection: Deno.Conn) => Promise<unknown>)[] = [
  async function nothing() {},
  (connection) => connection.write(goaway(0)),
  (connection) => connection.write(goaway(8)),
  (connection) => connection.write(settings().subarray(0, 5)),
  // Linux hangs up with RST where something is left unread.
  (connection) => connection.read(new Uint8Array(1)),
];

/** With a CA every other connection is one of TLS; the rest is no greeting for such a server. */
async function hangUp(port: number, index: number, ca?: string): Promise<void> {
  const at = { hostname: "127.0.0.1", port };
  using connection = ca !== undefined && index % 2 === 0
    ? await Deno.connectTls({ ...at, caCerts: [ca], alpnProtocols: ["h2"] })
    : await Deno.connect(at);
  try {
    await connection.write(Buffer.concat([PREFACE, settings()]));
    await LAST_ACTS[index % LAST_ACTS.length]!(connection);
  } catch (error) {
    // The server may have hung up before.
    if (!/Broken pipe|reset by peer/.test(String(error))) throw error;
  }
}

/** So many connections, ending in every way by turns. */
async function hangUpAgainAndAgain(port: number, times: number, ca?: string): Promise<void> {
  let made = 0;
  const client = async () => {
    while (made < times) await hangUp(port, made++, ca);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

for (const transport of TRANSPORTS) {
  for (const tls of [false, true]) {
    Deno.test({
      name: `hanging up - 1,500 clients leave nothing (${tls ? "TLS" : "plaintext"}, ${transport})`,
      ignore: Deno.build.os !== "linux",
      async fn() {
        await using folder = await TemporaryFolder.make();
        const cwd = folder.path;
        const flags = ["--transport", transport, ...tls ? ["--tls"] : []];
        await using server = await ServingProgram.start(flags, { cwd, env });
        const serves = async () => {
          const trust = tls ? ["--tls", "--ca", "certs/ca.pem"] : [];
          const args = ["client", "person", "trung", "--address", server.address, ...trust];
          const { code, stderr } = await rides(args, { cwd });
          equal(code, 0, stderr);
        };
        await serves();
        const ca = tls ? await Deno.readTextFile(`${cwd}/certs/ca.pem`) : undefined;
        const before = openDescriptors(server.pid);
        const closed = () => openDescriptors(server.pid) <= before;

        const idle = await Deno.connect({ port: server.port });
        await hangUpAgainAndAgain(server.port, WARM_UP, ca);
        idle.close();
        await eventually("the descriptors of the warm-up are closed", closed);
        const warm = residentBytes(server.pid);
        await hangUpAgainAndAgain(server.port, HANG_UPS, ca);
        await eventually("every descriptor is closed", closed);
        const grown = residentBytes(server.pid) - warm;

        ok(grown < GROWTH_BYTES, `the server grew by ${grown} bytes`);

        await serves();
      },
    });
  }
}
