/** The engine on sockets: how connections begin, and how they end when the peer is rude. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import {
  createSecureServer,
  createServer,
  resolveLimits,
  type SecureServerOptions,
  type ServerOptions,
  SessionWatch,
} from "../../rides/http2/mod.ts";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import type { Http2Stream } from "../../rides/http2/node_session.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { eventually } from "../support/eventually.ts";
import {
  frame,
  headers,
  parseFrames,
  PREFACE,
  REQUEST,
  settings,
  SETTINGS_ACK,
} from "./support/frames.ts";

const END = Flag.END_HEADERS | Flag.END_STREAM;

interface Running extends AsyncDisposable {
  readonly server: net.Server;
  readonly port: number;
}

async function listen(server: net.Server, host = "127.0.0.1"): Promise<Running> {
  server.listen(0, host);
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

function start(options: ServerOptions = {}, host?: string): Promise<Running> {
  return listen(createServer(options), host);
}

const authority = await makeAuthority();
const { cert, key } = await issue(authority, { kind: "server", hosts: ["localhost"] });

function startSecure(options: SecureServerOptions = {}): Promise<Running> {
  return listen(createSecureServer({ cert, key, ...options }));
}

/** Everything that comes until the server closes. */
async function readAll(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {}); // A refusal may come as a reset or a TLS alert.
  await new Promise((resolve) => socket.on("close", resolve));
  return Buffer.concat(chunks);
}

Deno.test("server - a request over a socket is answered", async () => {
  await using running = await start();
  running.server.on("stream", (stream: Http2Stream) => {
    stream.respond({ ":status": 204 }, { endStream: true });
  });
  const socket = net.connect(running.port, "127.0.0.1");
  socket.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, headers(1, undefined, END)]));
  socket.write(frame(FrameType.GOAWAY, 0, 0, Buffer.alloc(8)));
  const frames = parseFrames(await readAll(socket));
  const answer = frames.find(({ type }) => type === FrameType.HEADERS);
  assert.equal(answer!.payload[0], 0x80 | 9, ":status: 204");
});

Deno.test("server - a client that speaks HTTP/1.1 is closed", async () => {
  await using running = await start();
  const socket = net.connect(running.port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const types = parseFrames(await readAll(socket)).map(({ type }) => type);
  assert.equal(types.at(-1), FrameType.GOAWAY);
});

Deno.test("server - a client that vanishes in a frame closes its session", async () => {
  await using running = await start();
  const socket = net.connect(running.port, "127.0.0.1");
  socket.write(Buffer.concat([PREFACE, settings(), Buffer.from([0, 0, 100, 0])]));
  const [session] = await once(running.server, "session");
  const closed = once(session, "close");
  socket.resetAndDestroy();
  await closed;
  assert.equal(session.destroyed, true);
});

Deno.test("server - a client that closes its side and reads nothing is gone", async () => {
  await using running = await start();
  running.server.on("stream", (stream: Http2Stream) => {
    stream.respond();
    stream.write(Buffer.alloc(60_000));
  });
  const socket = net.connect({ port: running.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  socket.pause();
  socket.end(Buffer.concat([PREFACE, settings(), headers(1, undefined, END)]));
  const [session] = await once(running.server, "session");
  let isGone = false;
  session.on("close", () => isGone = true);
  await eventually("it is gone", () => isGone);
  socket.destroy();
});

Deno.test("server - over TLS, a client that chooses h2 is served", async () => {
  await using running = await startSecure();
  const socket = tls.connect({
    port: running.port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: authority.cert,
    ALPNProtocols: ["h2"],
  });
  const [session] = await once(running.server, "session");
  assert.equal(session.encrypted, true);
  assert(session.socket instanceof tls.TLSSocket);
  const [first] = await once(socket, "data");
  assert.equal(parseFrames(first)[0]!.type, FrameType.SETTINGS);
  socket.destroy();
  await once(session, "close");
});

for (const protocols of [["http/1.1"], ["h2c"], undefined]) {
  Deno.test(`server - over TLS, a client that offers ${protocols} is refused`, async () => {
    await using running = await startSecure();
    running.server.on("session", () => assert.fail("there is no session without h2"));
    const socket = tls.connect({
      port: running.port,
      host: "127.0.0.1",
      servername: "localhost",
      ca: authority.cert,
      ...(protocols && { ALPNProtocols: protocols }),
    });
    assert.equal((await readAll(socket)).length, 0);
  });
}

Deno.test("server - over TLS, a client that does not shake hands is closed and reported", async () => {
  const reports: string[] = [];
  await using running = await startSecure({
    limits: { tlsHandshakeTimeoutMs: 50 },
    onLimit: (limit) => reports.push(limit),
  });
  const socket = net.connect(running.port, "127.0.0.1");
  await readAll(socket);
  assert.deepEqual(reports, ["tlsHandshakeTimeoutMs"]);
});

Deno.test("server - over TLS, a client that does not shake hands does not hold up the end", async () => {
  const reports: string[] = [];
  await using running = await startSecure({ onLimit: (limit) => reports.push(limit) });
  const silent = net.connect(running.port, "127.0.0.1");
  silent.on("error", () => {});
  const served = tls.connect({
    port: running.port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: authority.cert,
    ALPNProtocols: ["h2"],
  });
  const [session] = await once(running.server, "session");
  await once(served, "data");

  running.server.close();
  await once(silent, "close");
  assert.equal(session.socket.destroyed, false, "a session ends by itself");
  session.close();
  await once(running.server, "close");
  assert.deepEqual(reports, [], "else it was the time limit that ended it");
  served.destroy();
});

for (const host of ["127.0.0.1", "::1"]) {
  Deno.test(`server - a limit is reported with its peer, ${host}`, async () => {
    const reports: string[][] = [];
    await using running = await start({
      limits: { prefaceTimeoutMs: 20 },
      onLimit: (...report) => reports.push(report),
    }, host);
    const socket = net.connect(running.port, host);
    await once(socket, "connect");
    const address = host.includes(":") ? `[${host}]` : host;
    const peer = `${address}:${socket.localPort}`;
    await readAll(socket);
    assert.deepEqual(reports, [["prefaceTimeoutMs", "No preface came in 20 ms", peer]]);
  });
}

Deno.test("server - a listener that is added once is called once, however often its event comes", async () => {
  await using running = await start();
  const socket = net.connect(running.port, "127.0.0.1");
  const calls: string[] = [];
  running.server.on("stream", (stream: Http2Stream) => {
    stream.once("data", (chunk) => calls.push(`first ${chunk}`));
    stream.on("data", (chunk) => calls.push(`${chunk}`));
    stream.on("end", () => stream.respond({ ":status": 204 }, { endStream: true }));
    stream.once("close", () => socket.end());
  });
  socket.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, headers(1)]));
  const [session] = await once(running.server, "session");
  socket.write(frame(FrameType.DATA, 0, 1, Buffer.from("ride")));
  while (calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  socket.write(frame(FrameType.DATA, Flag.END_STREAM, 1, Buffer.from("on")));
  socket.resume();
  await once(session, "close");
  assert.deepEqual(calls, ["first ride", "ride", "on"]);
});

Deno.test("server - takes no more connections than its limit, and says so once", async () => {
  const reports: string[] = [];
  await using running = await start({
    limits: { maxConnections: 2 },
    onLimit: (limit) => reports.push(limit),
  });
  const taken = [net.connect(running.port, "127.0.0.1"), net.connect(running.port, "127.0.0.1")];
  for (const socket of taken) await once(socket, "data");
  for (let i = 0; i < 3; i++) {
    assert.equal((await readAll(net.connect(running.port, "127.0.0.1"))).length, 0);
  }
  assert.deepEqual(reports, ["maxConnections"]);
  for (const socket of taken) socket.destroy();
});

Deno.test("maxBufferedBytes - ends the connection that buffers most of all servers, and no other", async () => {
  const reports: string[] = [];
  const limits = resolveLimits({ maxBufferedBytes: 200_000 });
  const options: ServerOptions = {
    limits,
    watch: new SessionWatch(limits),
    onLimit: (limit) => reports.push(limit),
  };
  await using one = await start(options);
  await using other = await start(options);
  for (const { server } of [one, other]) {
    // A request for so many bytes, none of which is taken.
    server.on("stream", (stream: Http2Stream, { ":path": path }) => {
      stream.write(Buffer.alloc(Number(path.slice(1))));
    });
  }
  const ask = (port: number, bytes: number) => {
    const socket = net.connect(port, "127.0.0.1");
    const request = headers(1, { ...REQUEST, ":path": `/${bytes}` }, END);
    const noWindow = settings([SettingId.INITIAL_WINDOW_SIZE, 0]);
    socket.write(Buffer.concat([PREFACE, noWindow, SETTINGS_ACK, request]));
    return socket;
  };
  const smaller = ask(one.port, 90_000);
  await once(smaller, "data");
  const frames = parseFrames(await readAll(ask(other.port, 150_000)));
  const goaway = frames.find(({ type }) => type === FrameType.GOAWAY);
  assert.equal(goaway!.payload.readUInt32BE(4), ErrorCode.ENHANCE_YOUR_CALM);
  assert.deepEqual(reports, ["maxBufferedBytes"]);
  assert.equal(smaller.readyState, "open");
  smaller.destroy();
});

Deno.test("maxBufferedBytes - counts what comes and is not read", async () => {
  const reports: string[] = [];
  await using running = await start({
    limits: { maxBufferedBytes: 65_536 },
    onLimit: (limit) => reports.push(limit),
  });
  const heard: Buffer[] = [];
  running.server.on("stream", (stream: Http2Stream) => {
    // Takes the first stream's body, and none of the others'.
    if (stream.id === 1) stream.on("data", (chunk) => heard.push(chunk!));
  });
  const socket = net.connect(running.port, "127.0.0.1");
  const body = (id: number) => frame(FrameType.DATA, 0, id, Buffer.alloc(16_384));
  socket.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, headers(1)]));
  for (let i = 0; i < 12; i++) socket.write(body(1));
  const closed = readAll(socket);
  while (Buffer.concat(heard).length < 12 * 16_384) {
    await new Promise((resume) => setTimeout(resume, 1));
  }
  assert.deepEqual(reports, []);
  socket.write(Buffer.concat([headers(3), ...Array.from({ length: 5 }, () => body(3))]));
  await closed;
  assert.deepEqual(reports, ["maxBufferedBytes"]);
});
