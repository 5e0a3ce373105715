/** What becomes of the streams of peers who leave in the middle of them. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { setImmediate } from "node:timers";
import { afterOthers } from "../../rides/http2/after_others.ts";
import { endInTurn } from "../../rides/http2/end_in_turn.ts";
import { TURN_MS } from "../../rides/http2/turn.ts";
import { FrameType, MAX_WINDOW } from "../../rides/http2/frame.ts";
import { createServer } from "../../rides/http2/mod.ts";
import type { Http2Session, Http2Stream } from "../../rides/http2/node_session.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { eventually } from "../support/eventually.ts";
import { frame, headers, PREFACE, settings, SETTINGS_ACK, windowUpdate } from "./support/frames.ts";

const PEERS = 5;
const STREAMS = 30;
/** More than a turn. */
const WORK_MS = 5;

/** The steps of the event loop, as long as it is not disposed of. */
class Steps implements Disposable {
  count = 0;
  #isOver = false;

  constructor() {
    this.#step();
  }

  #step(): void {
    this.count++;
    if (!this.#isOver) setImmediate(() => this.#step());
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }
}

Deno.test("server - the streams of peers who leave end ten at a time, others between", async () => {
  const server = createServer();
  const endedAt = new Map<number, number>();
  let opened = 0;
  using steps = new Steps();
  server.on("stream", (stream: Http2Stream) => {
    opened++;
    stream.on("close", () => {
      endedAt.set(steps.count, (endedAt.get(steps.count) ?? 0) + 1);
    });
  });
  let sessionsLeft = PEERS;
  let leftBefore = 0;
  server.on("session", (session: Http2Session) =>
    session.once("close", () => {
      sessionsLeft--;
      leftBefore = ended();
    }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const peers = Array.from({ length: PEERS }, () => net.connect(port, "127.0.0.1"));
  for (const peer of peers) {
    const requests = Array.from({ length: STREAMS }, (_, index) => headers(2 * index + 1));
    peer.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, ...requests]));
  }
  await eventually("all streams are open", () => opened === PEERS * STREAMS);

  const ended = () => [...endedAt.values()].reduce((sum, count) => sum + count, 0);
  for (const peer of peers) peer.destroy();
  await eventually("the server has heard of it", () => endedAt.size > 0);
  server.close();
  await once(server, "close");
  equal(sessionsLeft, 0, "a server that has closed has no sessions");
  equal(leftBefore, PEERS * STREAMS, "a session closes behind its streams");
  ok([...endedAt.values()].every((count) => count <= 10), `${[...endedAt.values()]} in a step`);
  const [, ...later] = endedAt.keys();
  const between = later.slice(1).map((step, index) => step - later[index]!);
  // Deno asks the system for news of the other sockets every 61 steps.
  ok(between.every((count) => count > 61), `${between} steps between the ends`);
});

Deno.test("server - nothing is written to a socket whose peer has ended, nor is it ended twice", async () => {
  const listening = net.createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const peer = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [socket] = await once(listening, "connection") as [net.Socket];
  // The request takes more than a turn, so that the peer has ended when its PING is answered.
  const ping = frame(FrameType.PING, 0, 0, Buffer.alloc(8));
  peer.end(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, headers(1), ping]));
  await once(peer, "finish");
  const late: string[] = [];
  socket.once("end", () => {
    for (const method of ["write", "end"] as const) {
      const call = socket[method].bind(socket) as (...args: unknown[]) => unknown;
      const watched = (...args: unknown[]) => {
        // node:net itself ends what has not ended.
        if (method === "write" || !socket.writable) late.push(method);
        return call(...args);
      };
      Object.assign(socket, { [method]: watched });
    }
  });
  const server = createServer();
  server.on("stream", () => {
    const until = performance.now() + WORK_MS;
    while (performance.now() < until);
  });
  const ended = new Promise((resolve) => {
    server.on(
      "session",
      (session: Http2Session) => session.once("close", () => resolve(undefined)),
    );
  });

  server.emit("connection", socket);
  socket.resume();
  await ended;

  deepEqual(late, []);
  peer.destroy();
  listening.close();
  await once(listening, "close");
});

Deno.test("server - nothing more is written to a socket that was reset, whatever waits for it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  let late = 0;
  server.prependListener("connection", (socket: net.Socket) => {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    Object.assign(socket, {
      write: (...args: unknown[]) => {
        if (socket.destroyed) late++;
        return write(...args);
      },
    });
  });
  // More than the system takes, and more than the session hands to the socket at once.
  const answer = Buffer.alloc(1_000_000);
  let open = 0;
  server.on("stream", (stream: Http2Stream) => {
    open++;
    stream.on("close", () => open--);
    stream.write(answer);
  });
  const peer = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  peer.pause();
  peer.write(Buffer.concat([
    ...[PREFACE, settings([SettingId.INITIAL_WINDOW_SIZE, MAX_WINDOW]), SETTINGS_ACK],
    windowUpdate(0, 2 ** 30),
    ...Array.from({ length: STREAMS }, (_, index) => headers(2 * index + 1)),
  ]));
  await eventually("all streams are open", () => open === STREAMS);

  peer.resetAndDestroy();
  await eventually("all of them are closed", () => open === 0);
  equal(late, 0);
  server.close();
  await once(server, "close");
});

Deno.test("server - what is written to streams whose peer has left sets no timer", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const open = new Set<Http2Stream>();
  server.on("stream", (stream: Http2Stream) => {
    open.add(stream);
    stream.on("close", () => {
      open.delete(stream);
      for (const other of open) other.write(Buffer.alloc(100_000));
    });
  });
  const peer = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  const requests = Array.from({ length: STREAMS }, (_, index) => headers(2 * index + 1));
  peer.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, ...requests]));
  await eventually("all streams are open", () => open.size === STREAMS);
  peer.resetAndDestroy();
  await eventually("all of them are closed", () => open.size === 0);
  server.close();
  await once(server, "close");
});

Deno.test("endInTurn - goes on after one that throws", async () => {
  let ended = 0;
  const thrown: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    thrown.push(event.error);
  };
  addEventListener("error", onError);
  for (let index = 0; index < STREAMS; index++) {
    endInTurn(() => {
      if (++ended === STREAMS / 2) throw new Error("an end that fails");
    });
  }
  await eventually("all have ended", () => ended === STREAMS);
  removeEventListener("error", onError);
  equal(thrown.length, 1);
});

/** Keeps the event loop for a turn. */
function work(): void {
  const until = performance.now() + TURN_MS;
  while (performance.now() < until);
}

Deno.test("endInTurn - does not wait until all who came before have had their turn", async () => {
  let isBusy = true;
  let rounds = 0;
  const goOn = () => void (work(), isBusy && afterOthers(goOn));
  const goOnCounting = () => void (rounds++, work(), isBusy && afterOthers(goOnCounting));
  afterOthers(goOnCounting);
  for (let index = 0; index < 39; index++) afterOthers(goOn);
  let left = 100;
  for (let index = left; index > 0; index--) endInTurn(() => isBusy = --left > 0);
  await eventually("all have ended", () => left === 0);
  ok(rounds <= 4, `${rounds} rounds`);
});

Deno.test("endInTurn - as many end as are begun, however many begin them", async () => {
  let turns = 400;
  let open = 0;
  let most = 0;
  const begin = () => {
    work();
    for (let index = 0; index < 10; index++, open++) endInTurn(() => open--);
    most = Math.max(most, open);
    if (--turns > 0) afterOthers(begin);
  };
  for (let index = 0; index < 40; index++) afterOthers(begin);
  await eventually("all have ended", () => turns <= 0 && open === 0);
  ok(most < 1_000, `${most} were open at once`);
});
