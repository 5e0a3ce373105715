import { equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { setImmediate } from "node:timers";
import { Admission, DEFAULT_LIMITS, onTransport } from "../../rides/runtime/mod.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { eventually } from "../support/eventually.ts";
import { headers, PREFACE, settings } from "../http2/support/frames.ts";
import { openDescriptors } from "../support/process_facts.ts";

/** Not more than Deno takes at once, which is 128. */
const CROWD = 100;
/** What the server does with each of them takes a turn and more. */
const WORK_MS = 2;

const CASES = (["engine", "node"] as const).flatMap((kind) =>
  [false, true].map((tls) => ({ kind, tls, name: `${kind}, ${tls ? "TLS" : "plaintext"}` }))
);

/** A server that has work with every connection but the first. */
class BusyServer implements AsyncDisposable {
  accepted = 0;
  readonly #closed: Promise<unknown>;

  private constructor(readonly server: net.Server) {
    this.#closed = once(server, "close");
    server.on("connection", () => {
      if (++this.accepted === 1) return;
      const until = performance.now() + WORK_MS;
      while (performance.now() < until);
    });
  }

  static async start(
    { kind, tls }: typeof CASES[number],
    maxConnections = 1_000,
  ): Promise<BusyServer> {
    const hosts = { kind: "server", hosts: ["localhost"] } as const;
    const certificate = tls ? await issue(await makeAuthority(), hosts) : undefined;
    const admission = new Admission({ ...DEFAULT_LIMITS, maxConnections });
    const server: net.Server = onTransport(
      { kind, admission },
      () => certificate ? http2.createSecureServer(certificate) : http2.createServer({}),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new BusyServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Meanwhile this process stands still, so that all of them wait together. */
  crowd(): void {
    const { success } = connecting(this.port, CROWD).outputSync();
    ok(success);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.server.listening) this.server.close();
    await this.#closed;
  }
}

/** A program that connects so often, and ends. */
function connecting(port: number, times: number): Deno.Command {
  const connect = `for (let i = 0; i < ${times}; i++) await Deno.connect({ port: ${port} })`;
  return new Deno.Command(Deno.execPath(), { args: ["eval", connect] });
}

for (const options of CASES) {
  Deno.test(`accepting - others have their turn within a crowd (${options.name})`, async () => {
    await using busy = await BusyServer.start(options);
    const other = net.connect(busy.port, "127.0.0.1").resume();
    // Whether its end is a reset says nothing.
    other.on("error", () => {});
    await once(busy.server, "connection");
    if (!options.tls) {
      // Who has asked for nothing yet has to wait as the crowd has.
      other.write(Buffer.concat([PREFACE, settings(), headers(1)]));
      await once(busy.server, "stream");
    }
    // Neither a frame nor a greeting of either protocol, when the first of the crowd has come in.
    busy.server.once("connection", () => other.write(Buffer.alloc(64)));
    const answered = once(other, "close").then(() => busy.accepted);
    busy.crowd();

    const accepted = await answered;
    ok(accepted < CROWD, `${accepted - 1} of ${CROWD} came in before another was answered`);
    await eventually("all have come in", () => busy.accepted === CROWD + 1);
  });

  Deno.test({
    name: `accepting - a server that closes leaves nobody waiting (${options.name})`,
    ignore: Deno.build.os !== "linux",
  }, async () => {
    const before = openDescriptors(Deno.pid);
    let late = 0;
    {
      await using busy = await BusyServer.start(options);
      busy.server.on("connection", (socket) => {
        if (!busy.server.listening) late++;
        else if (busy.accepted === 2) busy.server.close();
        socket.destroy();
      });
      busy.crowd();
      await eventually("it closes", () => !busy.server.listening);
      ok(busy.accepted < CROWD, "some waited");
    }
    await eventually("descriptors are closed", () => openDescriptors(Deno.pid) <= before);
    equal(late, 0, "nobody comes in when it has closed");
  });

  Deno.test(`accepting - whoever has no place is closed without a socket (${options.name})`, async () => {
    await using busy = await BusyServer.start(options, 1);
    let sockets = 0;
    const emit = busy.server.emit.bind(busy.server) as (...args: unknown[]) => boolean;
    busy.server.emit = (event: string, ...args: unknown[]) => {
      if (event === "connection") sockets++;
      return emit(event, ...args);
    };
    const taken = net.connect(busy.port, "127.0.0.1").resume();
    await once(busy.server, "connection");
    for (let i = 0; i < 3; i++) {
      await once(net.connect(busy.port, "127.0.0.1").resume(), "close");
    }

    equal(sockets, 1);
    taken.destroy();
    await once(taken, "close");
  });
}

Deno.test("accepting - of a crowd larger than the kernel keeps, few come in at a time", async () => {
  await using busy = await BusyServer.start({ kind: "engine", tls: false, name: "" }, 2_000);
  let inThisStep = 0;
  let most = 0;
  busy.server.on("connection", (socket) => {
    if (inThisStep++ === 0) setImmediate(() => inThisStep = 0);
    most = Math.max(most, inThisStep);
    socket.destroy();
  });
  ok((await connecting(busy.port, 1_200).output()).success);
  await eventually("all have come in", () => busy.accepted === 1_200);
  ok(most <= 10, `${most} came in at once`);
});

Deno.test("accepting - no more wait than there are places", () => {
  const refused: string[] = [];
  const limits = { ...DEFAULT_LIMITS, maxConnections: 3 };
  const admission = new Admission(limits, (limit) => refused.push(limit));
  const server = new net.Server();
  const letWait = () => admission.letWait(server, { remoteAddress: "127.0.0.1", remotePort: 1 });
  equal([letWait(), letWait(), letWait(), letWait()].join(), "true,true,true,false");
  equal(refused.join(), "maxConnections");
  // There is a place for each of those who have waited, and then for those who come next.
  for (let waited = 0; waited < 3; waited++) ok(admission.letIn(server, {}));
  ok(letWait());
});
