/** What grpc-js's server offers beyond plain calls, over the engine. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import grpc from "@grpc/grpc-js";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import type { PemPair } from "../../rides/tls/pem_files.ts";
import { callUnary, type Echo, type EchoOptions, startEcho } from "./support/echo_service.ts";
import { putEngineUnderGrpc } from "./support/grpc_on_engine.ts";

const { status } = grpc;
const REQUEST = Buffer.from("ride");

const echoUnary: EchoOptions = {
  handlers: { unary: (call, done) => done(null, call.request) },
};

/** Answers after that long, unless it is cancelled. */
function slowUnary(ms: number, onCancel = () => {}): EchoOptions["handlers"] {
  return {
    unary: (call, done) => {
      const timer = setTimeout(() => done(null, call.request), ms);
      call.on("cancelled", () => {
        clearTimeout(timer);
        onCancel();
      });
    },
  };
}

Deno.test("grpc-js on the engine - metadata goes both ways, binary too", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    handlers: {
      unary: (call, done) => {
        const header = new grpc.Metadata();
        for (const value of call.metadata.get("key-bin")) header.add("echo-bin", value);
        call.sendMetadata(header);
        const trailer = new grpc.Metadata();
        trailer.set("echo", call.metadata.get("key")[0]!);
        done(null, call.request, trailer);
      },
    },
  });
  const metadata = new grpc.Metadata();
  const binary = Buffer.from([0, 1, 254, 255]);
  metadata.add("key", "value");
  metadata.add("key-bin", binary);
  metadata.add("key-bin", Buffer.from("second"));
  const call = echo.client["unary"]!(REQUEST, metadata, () => {});
  const [[header], [ended]] = await Promise.all([once(call, "metadata"), once(call, "status")]);
  assert.deepEqual(header.get("echo-bin"), [binary, Buffer.from("second")]);
  assert.deepEqual(ended.metadata.get("echo"), ["value"]);
});

Deno.test("grpc-js on the engine - compressed requests are read", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    ...echoUnary,
    clientOptions: {
      "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip,
    },
  });
  const large = Buffer.alloc(100_000, "ride");
  assert.deepEqual(await callUnary(echo, large), large);
});

Deno.test("grpc-js on the engine - a deadline ends the call on both sides", async () => {
  using _ = putEngineUnderGrpc();
  const cancelled = Promise.withResolvers<void>();
  await using echo = await startEcho({ handlers: slowUnary(60_000, cancelled.resolve) });
  const call = callUnary(echo, REQUEST, { call: { deadline: Date.now() + 50 } });
  await assert.rejects(call, { code: status.DEADLINE_EXCEEDED });
  await cancelled.promise;
});

Deno.test("grpc-js on the engine - a cancelled call reaches its handler", async () => {
  using _ = putEngineUnderGrpc();
  const cancelled = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  await using echo = await startEcho({
    handlers: {
      chat: (call) => {
        call.on("cancelled", cancelled.resolve);
        call.on("data", () => started.resolve());
        call.on("error", () => {});
      },
    },
  });
  const call = echo.client["chat"]!();
  call.on("error", () => {});
  call.write(REQUEST);
  await started.promise;
  call.cancel();
  await cancelled.promise;
});

Deno.test("grpc-js on the engine - 20 MB each way pass a slow reader", async () => {
  using _ = putEngineUnderGrpc();
  const count = 80;
  const message = Buffer.alloc(256 * 1024, "x");
  await using echo = await startEcho({
    handlers: {
      chat: (call) => {
        call.on("data", (received: Buffer) => {
          call.pause();
          call.write(received, () => void setTimeout(() => call.resume(), 1));
        });
        call.on("end", () => call.end());
      },
    },
  });
  const call = echo.client["chat"]!();
  const writing = (async () => {
    for (let i = 0; i < count; i++) if (!call.write(message)) await once(call, "drain");
    call.end();
  })();
  let bytes = 0;
  for await (const received of call) {
    bytes += received.length;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await writing;
  assert.equal(bytes, count * message.length);
});

Deno.test("grpc-js on the engine - a slow handler stops its client", async () => {
  using _ = putEngineUnderGrpc({
    limits: { streamWindowBytes: 65_535, connectionWindowBytes: 65_535 },
  });
  const held = Promise.withResolvers<void>();
  await using echo = await startEcho({
    handlers: {
      upload: async (call, done) => {
        await held.promise;
        let bytes = 0;
        for await (const message of call) bytes += message.length;
        done(null, Buffer.from(`${bytes}`));
      },
    },
  });
  const answer = Promise.withResolvers<Buffer>();
  const call = echo.client["upload"]!((_: unknown, response: Buffer) => answer.resolve(response));
  let written = 0;
  for (let i = 0; i < 2_000; i++) call.write(Buffer.alloc(10_000), () => written++);
  call.end();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const stopped = written < 1_000; // The client itself buffers some.
  held.resolve();
  assert(stopped, `${written} messages were taken while the handler read none`);
  assert.equal(`${await answer.promise}`, "20000000");
});

Deno.test("grpc-js on the engine - keepalive pings are answered and counted", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    handlers: slowUnary(120),
    serverOptions: { "grpc.keepalive_time_ms": 20, "grpc.keepalive_timeout_ms": 1_000 },
  });
  assert.deepEqual(await callUnary(echo, REQUEST), REQUEST);
});

Deno.test("grpc-js on the engine - no call fails when connections age under load", async () => {
  using _ = putEngineUnderGrpc();
  const peers = new Set<string>();
  await using echo = await startEcho({
    handlers: {
      unary: (call, done) => {
        peers.add(call.getPeer());
        setTimeout(() => done(null, call.request), 5);
      },
    },
    serverOptions: { "grpc.max_connection_age_ms": 200, "grpc.max_connection_age_grace_ms": 5_000 },
  });
  const until = Date.now() + 1_500;
  const work = async () => {
    while (Date.now() < until) assert.deepEqual(await callUnary(echo, REQUEST), REQUEST);
  };
  await Promise.all(Array.from({ length: 20 }, work));
  assert(peers.size >= 5, `${peers.size} connections`);
});

Deno.test("grpc-js on the engine - tryShutdown lets calls finish", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({ handlers: slowUnary(100) });
  const call = callUnary(echo, REQUEST);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const shutdown = new Promise<void>((resolve) => echo.server.tryShutdown(() => resolve()));
  assert.deepEqual(await call, REQUEST);
  await shutdown;
});

Deno.test("grpc-js on the engine - forceShutdown cuts calls off", async () => {
  using _ = putEngineUnderGrpc();
  const cancelled = Promise.withResolvers<void>();
  await using echo = await startEcho({ handlers: slowUnary(60_000, cancelled.resolve) });
  const call = callUnary(echo, REQUEST);
  await new Promise((resolve) => setTimeout(resolve, 30));
  echo.server.forceShutdown();
  await assert.rejects(call);
  await cancelled.promise;
});

Deno.test("grpc-js on the engine - a server restarts on its port twenty times", async () => {
  using _ = putEngineUnderGrpc();
  let port = 0;
  for (let round = 0; round < 20; round++) {
    await using echo: Echo = await startEcho({ ...echoUnary, port });
    port = echo.port;
    const calls = Array.from({ length: 15 }, () => callUnary(echo, REQUEST));
    for (const answer of await Promise.all(calls)) assert.deepEqual(answer, REQUEST);
    if (round % 2 === 1) echo.server.forceShutdown();
  }
});

Deno.test("grpc-js on the engine - the peer is known, over IPv4 and IPv6", async () => {
  using _ = putEngineUnderGrpc();
  for (const [host, expected] of [["127.0.0.1", /^127\.0\.0\.1:\d+$/], ["[::1]", /^::1:\d+$/]]) {
    await using echo = await startEcho({
      host: host as string,
      handlers: { unary: (call, done) => done(null, Buffer.from(call.getPeer())) },
    });
    assert.match(`${await callUnary(echo, REQUEST)}`, expected as RegExp);
  }
});

Deno.test("grpc-js on the engine - one server serves several listeners", async () => {
  using _ = putEngineUnderGrpc();
  await using first = await startEcho(echoUnary);
  const port = await new Promise<number>((resolve, reject) =>
    first.server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, port) => error ? reject(error) : resolve(port),
    )
  );
  assert.notEqual(port, first.port);
  assert.deepEqual(await callUnary(first, REQUEST), REQUEST);
  await using second = await startEcho({ ...echoUnary, connectTo: port });
  assert.deepEqual(await callUnary(second, REQUEST), REQUEST);
});

Deno.test("grpc-js on the engine - an injected connection is served", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho(echoUnary);
  const injector = echo.server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const acceptor = net.createServer((socket) => injector.injectConnection(socket));
  acceptor.listen(0, "127.0.0.1");
  await once(acceptor, "listening");
  const { port } = acceptor.address() as net.AddressInfo;
  {
    await using client = await startEcho({ ...echoUnary, connectTo: port });
    assert.deepEqual(await callUnary(client, REQUEST), REQUEST);
  }
  acceptor.close();
  await once(acceptor, "close");
});

Deno.test("grpc-js on the engine - channelz knows its sockets", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho(echoUnary);
  await callUnary(echo, REQUEST);
  const handlers = grpc.getChannelzHandlers();
  const ask = (method: string, request: object) =>
    new Promise<ChannelzAnswer>((resolve, reject) =>
      (handlers[method] as grpc.handleUnaryCall<object, ChannelzAnswer>)(
        { request } as grpc.ServerUnaryCall<object, ChannelzAnswer>,
        (error, answer) => error ? reject(error) : resolve(answer!),
      )
    );
  const { server } = await ask("GetServers", { start_server_id: 0, max_results: 100 });
  const { socket_ref } = await ask("GetServerSockets", {
    server_id: server!.at(-1)!.ref.server_id,
    start_socket_id: 0,
    max_results: 10,
  });
  const { socket } = await ask("GetSocket", { socket_id: socket_ref![0]!.socket_id });
  assert.equal(`${socket!.data.streams_succeeded}`, "1");
});

/** The part of channelz's answers that is looked at. */
interface ChannelzAnswer {
  readonly server?: { readonly ref: { readonly server_id: number } }[];
  readonly socket_ref?: { readonly socket_id: number }[];
  readonly socket?: { readonly data: { readonly streams_succeeded: number } };
}

const authority = await makeAuthority();
const ca = Buffer.from(authority.cert);
const serverPair = await issue(authority, { kind: "server", hosts: ["localhost"] });
const clientPair = await issue(authority, { kind: "client", name: "driver" });

function toKeyCertPair({ cert, key }: PemPair): grpc.KeyCertPair {
  return { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
}

Deno.test("grpc-js on the engine - over TLS, the client's certificate is known", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    handlers: {
      unary: (call, done) =>
        done(null, Buffer.from(`${call.getAuthContext().sslPeerCertificate?.subject.CN}`)),
    },
    serverCredentials: grpc.ServerCredentials.createSsl(ca, [toKeyCertPair(serverPair)], true),
    clientCredentials: grpc.credentials.createSsl(
      ca,
      Buffer.from(clientPair.key),
      Buffer.from(clientPair.cert),
    ),
    clientOptions: { "grpc.ssl_target_name_override": "localhost" },
  });
  assert.equal(`${await callUnary(echo, REQUEST)}`, "driver");
});

Deno.test("grpc-js on the engine - over TLS, the certificate changes at run time", async () => {
  using _ = putEngineUnderGrpc();
  const pairs = await Promise.all(
    ["first", "second"].map((host) => issue(authority, { kind: "server", hosts: [host] })),
  );
  const provider = new ChangingCertificate(pairs[0]!);
  await using echo = await startEcho({
    ...echoUnary,
    serverCredentials: grpc.experimental.createCertificateProviderServerCredentials(
      provider,
      null,
      false,
    ),
    clientCredentials: grpc.credentials.createSsl(ca),
    clientOptions: { "grpc.ssl_target_name_override": "first" },
  });
  assert.deepEqual(await callUnary(echo, REQUEST), REQUEST);
  provider.change(pairs[1]!);
  await using later = await startEcho({
    ...echoUnary,
    connectTo: echo.port,
    clientCredentials: grpc.credentials.createSsl(ca),
    clientOptions: { "grpc.ssl_target_name_override": "second" },
  });
  assert.deepEqual(await callUnary(later, REQUEST), REQUEST);
  assert.deepEqual(await callUnary(echo, REQUEST), REQUEST, "the old connection goes on");
});

/** The server's certificate, as grpc-js asks for it. */
class ChangingCertificate implements grpc.experimental.CertificateProvider {
  private readonly listeners = new Set<grpc.experimental.IdentityCertificateUpdateListener>();

  constructor(private pair: PemPair) {}

  change(pair: PemPair): void {
    this.pair = pair;
    for (const listener of this.listeners) this.tell(listener);
  }
  addIdentityCertificateListener(listener: grpc.experimental.IdentityCertificateUpdateListener) {
    this.listeners.add(listener);
    queueMicrotask(() => this.tell(listener));
  }
  removeIdentityCertificateListener(listener: grpc.experimental.IdentityCertificateUpdateListener) {
    this.listeners.delete(listener);
  }
  addCaCertificateListener() {}
  removeCaCertificateListener() {}

  private tell(listener: grpc.experimental.IdentityCertificateUpdateListener): void {
    const { cert, key } = this.pair;
    listener({ certificate: Buffer.from(cert), privateKey: Buffer.from(key) });
  }
}
