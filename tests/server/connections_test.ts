/** How many connections are taken and what they have to do, over both transports. */
import { equal, match } from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { ServerTls } from "../../rides/server/options.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";
import { PREFACE, settings, SETTINGS_ACK } from "../http2/support/frames.ts";

const authority = await makeAuthority();
const secured: ServerTls = await issue(authority, { kind: "server", hosts: ["localhost"] });

/** A connection that has said SETTINGS; `from` is an address of this machine. */
class Peer implements AsyncDisposable {
  #heard = 0;
  closed = false;

  private constructor(readonly socket: net.Socket) {
    socket.on("data", (chunk) => this.#heard += chunk.length);
    socket.on("error", () => {}); // A refusal can be a reset.
    socket.on("close", () => this.closed = true);
  }

  static open(port: number, from: string, secure: boolean): Peer {
    const at = { port, host: "127.0.0.1", localAddress: from };
    const socket = secure
      ? tls.connect({
        ...at,
        servername: "localhost",
        ca: authority.cert,
        ALPNProtocols: ["h2"],
      })
      : net.connect(at);
    const peer = new Peer(socket);
    const greet = () => socket.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK]));
    socket.once(secure ? "secureConnect" : "connect", greet);
    return peer;
  }

  /** Whether it was heard; waits for it, or for the end. */
  isTaken(): Promise<boolean> {
    return eventually("an answer or an end", () => {
      if (this.#heard > 0) return { taken: true };
      return this.closed && { taken: false };
    }).then(({ taken }) => taken);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    if (!this.closed) await once(this.socket, "close");
  }
}

const WAYS = TRANSPORTS.flatMap((transport) =>
  [false, true].map((secure) => ({
    transport,
    tls: secure ? secured : undefined,
    way: `${transport}, ${secure ? "tls" : "plaintext"}`,
  }))
);

for (const { way, ...options } of WAYS) {
  const secure = options.tls !== undefined;

  Deno.test(`maxConnections - counts those to all listeners (${way})`, async () => {
    const listen = ["127.0.0.1:0", "127.0.0.1:0"];
    await using serving = await Serving.start({
      ...options,
      listen,
      limits: { maxConnections: 2 },
    });
    const ports = serving.server.listeners.map(({ port }) => port);
    await using first = Peer.open(ports[0]!, "127.0.0.1", secure);
    await using second = Peer.open(ports[1]!, "127.0.0.2", secure);
    equal(await first.isTaken() && await second.isTaken(), true);
    for (const port of [...ports, ...ports]) {
      await using beyond = Peer.open(port, "127.0.0.3", secure);
      equal(await beyond.isTaken(), false);
    }
    const told = serving.log.lines.filter(({ fields }) => fields.limit === "maxConnections");
    equal(told.length, 1);
    match(told[0]!.message, /^No further connection is taken: 2 are open$/);
    match(`${told[0]!.fields.peer}`, /^127\.0\.0\.3:\d+$/);
    first.socket.destroy();
    await eventually("there is a place", async () => {
      await using next = Peer.open(ports[0]!, "127.0.0.1", secure);
      return await next.isTaken();
    });
  });

  Deno.test(`maxConnectionsPerAddress - leaves other addresses alone (${way})`, async () => {
    const limits = { maxConnectionsPerAddress: 1 };
    await using serving = await Serving.start({ ...options, limits });
    await using first = Peer.open(serving.port, "127.0.0.2", secure);
    equal(await first.isTaken(), true);
    await using beyond = Peer.open(serving.port, "127.0.0.2", secure);
    equal(await beyond.isTaken(), false);
    await using other = Peer.open(serving.port, "127.0.0.3", secure);
    equal(await other.isTaken(), true);
    const told = serving.log.lines.map(({ message }) => message).join();
    match(told, /No further connection is taken: 1 of 127\.0\.0\.2 are open/);
  });

  Deno.test(`firstRequestTimeoutMs - ends a connection without a call, and says so (${way})`, async () => {
    const limits = { firstRequestTimeoutMs: 100 };
    await using serving = await Serving.start({ ...options, limits });
    await using peer = Peer.open(serving.port, "127.0.0.2", secure);
    equal(await peer.isTaken(), true);
    await eventually("the connection ends", () => peer.closed);
    const [told] = serving.log.lines.filter(({ fields }) => "limit" in fields);
    equal(told?.fields.limit, "firstRequestTimeoutMs");
    match(`${told?.message} ${told?.fields.peer}`, /No request came in 100 ms 127\.0\.0\.2:\d+/);
  });
}

for (const transport of TRANSPORTS) {
  Deno.test(`firstRequestTimeoutMs - leaves a connection alone that has made a call (${transport})`, async () => {
    const limits = { firstRequestTimeoutMs: 500 };
    await using serving = await Serving.start({ transport, limits });
    equal((await serving.channel.call(ridesDefinition.Start, RIDE)).status, "OK");
    await using idle = Peer.open(serving.port, "127.0.0.2", false);
    await eventually("a later connection has ended", () => idle.closed);
    equal((await serving.channel.call(ridesDefinition.Start, RIDE)).status, "OK");
    const peers = serving.log.lines.filter(({ fields }) => fields.code).map(({ fields }) =>
      fields.peer
    );
    equal(peers[0], peers[1], "both calls came on one connection");
  });
}

for (const { way, ...options } of WAYS) {
  Deno.test(`handshake timeouts - a client that never says a word is hung up on (${way})`, async () => {
    const shortMs = 100;
    await using serving = await Serving.start({
      ...options,
      limits: {
        tlsHandshakeTimeoutMs: shortMs,
        prefaceTimeoutMs: shortMs,
        firstRequestTimeoutMs: shortMs,
      },
    });
    const silent = net.connect(serving.port, "127.0.0.1");
    silent.resume();
    silent.on("error", () => {}); // It can end with a reset.
    await once(silent, "close");
    const [told] = serving.log.lines.filter(({ fields }) => "limit" in fields);
    const limit = options.tls ? "tlsHandshakeTimeoutMs" : /^(preface|firstRequest)TimeoutMs$/;
    match(`${told?.fields.limit}`, new RegExp(limit));
    match(`${told?.fields.peer}`, /^127\.0\.0\.1:\d+$/);
  });
}

/** Says what no client of TLS does, and waits for the end. */
async function failHandshake(port: number, from: string): Promise<void> {
  const socket = net.connect({ port, host: "127.0.0.1", localAddress: from });
  socket.on("error", () => {}); // It can end with a reset.
  socket.resume();
  socket.write("GET / HTTP/1.1\r\n\r\n");
  await once(socket, "close");
}

async function takesSecure(port: number, from: string): Promise<boolean> {
  await using peer = Peer.open(port, from, true);
  return await peer.isTaken();
}

for (const transport of TRANSPORTS) {
  const options = { transport, tls: secured };

  Deno.test(`maxFailedHandshakes - closes those of that address alone, and says so once (${transport})`, async () => {
    const limits = { maxFailedHandshakes: 2, floodIntervalMs: 3_600_000 };
    await using serving = await Serving.start({ ...options, limits });
    equal(await takesSecure(serving.port, "127.0.0.2"), true);
    await failHandshake(serving.port, "127.0.0.2");
    await failHandshake(serving.port, "127.0.0.2");
    equal(await takesSecure(serving.port, "127.0.0.2"), false);
    equal(await takesSecure(serving.port, "127.0.0.2"), false);
    equal(await takesSecure(serving.port, "127.0.0.3"), true);
    const told = serving.log.lines.filter(({ fields }) => fields.limit === "maxFailedHandshakes");
    equal(told.length, 1);
    match(told[0]!.message, /taken: 2 TLS handshakes of 127\.0\.0\.2 failed in 3600000 ms$/);
  });

  Deno.test(`maxFailedHandshakes - one that succeeds makes up for one that failed (${transport})`, async () => {
    const limits = { maxFailedHandshakes: 2, floodIntervalMs: 3_600_000 };
    await using serving = await Serving.start({ ...options, limits });
    for (let n = 0; n < 5; n++) {
      await failHandshake(serving.port, "127.0.0.2");
      equal(await takesSecure(serving.port, "127.0.0.2"), true);
    }
  });

  Deno.test(`maxFailedHandshakes - takes them again in the next interval (${transport})`, async () => {
    const limits = { maxFailedHandshakes: 1, floodIntervalMs: 100 };
    await using serving = await Serving.start({ ...options, limits });
    await failHandshake(serving.port, "127.0.0.2");
    await eventually("it is taken", () => takesSecure(serving.port, "127.0.0.2"));
  });
}
