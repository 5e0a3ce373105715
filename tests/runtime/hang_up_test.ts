import { equal, ok } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, ServingProgram } from "../support/program.ts";

const HANG_UPS = 1_000;
const AT_ONCE = 20;
/** A connection that leaks its session costs some 30 MB in a thousand. */
const GROWTH_BYTES = 15_000_000;

const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const SETTINGS = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
const goaway = (code: number) =>
  Uint8Array.of(0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, code);

/** What a client that calls nothing does before it closes its connection. */
const HANG_UPS_BY_KIND: Record<string, (connection: Deno.TcpConn) => Promise<unknown>> = {
  "without a word": async () => {},
  "politely": (connection) => connection.write(goaway(0)),
  "with an error": (connection) => connection.write(goaway(8)),
  "in the middle of a frame": (connection) => connection.write(SETTINGS.subarray(0, 5)),
  // Linux answers with RST where something is left unread.
  "rudely": (connection) => connection.read(new Uint8Array(1)),
};

async function hangUp(port: number, kind: string): Promise<void> {
  using connection = await Deno.connect({ port });
  try {
    await connection.write(PREFACE);
    await connection.write(SETTINGS);
    await HANG_UPS_BY_KIND[kind]?.(connection);
  } catch (error) {
    // A TLS server may have hung up before.
    if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

/** A thousand connections, of every kind in turn. */
async function hangUpAThousandTimes(port: number): Promise<void> {
  const kinds = Object.keys(HANG_UPS_BY_KIND);
  let made = 0;
  const client = async () => {
    while (made < HANG_UPS) await hangUp(port, kinds[made++ % kinds.length]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

function descriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

function residentBytes(pid: number): number {
  const [, pages] = Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ");
  return Number(pages) * 4096;
}

async function isServed(at: ServingProgram, tls: readonly string[], cwd: string): Promise<void> {
  const args = ["client", "person", "trung", "--address", at.address, ...tls];
  const { code, stderr } = await rides(args, { cwd });
  equal(code, 0, stderr);
}

for (const transport of ["engine", "node"]) {
  for (const tls of [false, true]) {
    const where = `${tls ? "TLS" : "plaintext"}, ${transport}`;
    Deno.test({
      name: `hanging up - a thousand clients leave nothing behind (${where})`,
      ignore: Deno.build.os !== "linux",
      async fn() {
        await using folder = await TemporaryFolder.make();
        const cwd = folder.path;
        const flags = ["--transport", transport, ...tls ? ["--tls"] : []];
        await using server = await ServingProgram.start(flags, { cwd });
        const trust = tls ? ["--tls", "--ca", "certs/ca.pem"] : [];
        await isServed(server, trust, cwd);
        const before = descriptors(server.pid);
        const closed = () => descriptors(server.pid) <= before;

        using idle = await Deno.connect({ port: server.port });
        await idle.write(PREFACE);
        await hangUpAThousandTimes(server.port);
        idle.close();
        await eventually("every descriptor of the warm-up is closed", closed);

        const warm = residentBytes(server.pid);
        await hangUpAThousandTimes(server.port);
        await eventually("every descriptor is closed", closed);
        for (let i=0;i<12;i++) { console.log(Math.round(residentBytes(server.pid)/1e6)); await hangUpAThousandTimes(server.port); await eventually('x', closed);}
        const growth = residentBytes(server.pid) - warm;
        console.log(where, growth);
        ok(growth < GROWTH_BYTES, `the server grew by ${growth} bytes`);
        await isServed(server, trust, cwd);
      },
    });
  }
}
