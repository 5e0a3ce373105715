import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import {
  data,
  frame,
  headers,
  ping,
  REQUEST,
  reset,
  settings,
  SETTINGS_ACK,
  windowUpdate,
} from "./support/frames.ts";
import { type RecordingStream, SessionHarness, turn } from "./support/session_harness.ts";

const WINDOW = 65_535;
const limits = { streamWindowBytes: WINDOW, connectionWindowBytes: WINDOW };
const chunk = Buffer.alloc(16_000, "x");

async function credits(peer: SessionHarness, streamId: number): Promise<number> {
  const updates = await peer.sent(FrameType.WINDOW_UPDATE);
  return updates.filter((update) => update.streamId === streamId)
    .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
}

async function dataLength(peer: SessionHarness, streamId: number): Promise<number> {
  const frames = await peer.sent(FrameType.DATA);
  return frames.filter((frame) => frame.streamId === streamId)
    .reduce((sum, { payload }) => sum + payload.length, 0);
}

Deno.test("flow control - DATA is credited when the handler takes it, not before", async () => {
  using peer = new SessionHarness({ limits });
  peer.send(headers(1), data(1, chunk), data(1, chunk), data(1, chunk));
  assert.equal(await credits(peer, 0), 0);
  assert.equal(await credits(peer, 1), 0);
  peer.streams[0]!.resume();
  assert.equal(await credits(peer, 0), 48_000);
  assert.equal(await credits(peer, 1), 48_000);
});

Deno.test("flow control - the unread DATA of a reset stream is credited to the connection", async () => {
  using peer = new SessionHarness({ limits });
  peer.send(headers(1), data(1, chunk), data(1, chunk), data(1, chunk), reset(1, 8));
  assert.equal(await credits(peer, 0), 48_000);
  assert.deepEqual(peer.streams[0]!.events, ["close"]);
});

Deno.test("flow control - of a reset stream that is read in part, each byte is credited once", async () => {
  using peer = new SessionHarness({ limits });
  peer.send(headers(1), data(1, chunk), data(1, chunk), data(1, chunk));
  const stream = peer.streams[0]!;
  stream.onNotify = () => stream.pause();
  stream.resume();
  assert.equal(stream.body.length, 16_000);
  peer.send(reset(1, 8));
  assert.equal(await credits(peer, 0), 48_000);
});

Deno.test("flow control - DATA for a stream that the server has reset is credited", async () => {
  using peer = new SessionHarness({ limits, onStream: (stream) => stream.close(ErrorCode.CANCEL) });
  peer.send(headers(1), data(1, chunk), data(1, chunk), data(1, chunk));
  assert.equal(await credits(peer, 0), 48_000);
  assert.equal((await peer.sent(FrameType.GOAWAY)).length, 0);
});

Deno.test("flow control - DATA beyond its content-length is credited to the connection", async () => {
  using peer = new SessionHarness({ limits });
  for (let id = 1; id < 21; id += 2) {
    peer.send(headers(id, { ...REQUEST, "content-length": "1" }), data(id, chunk));
  }
  assert.equal((await peer.sent(FrameType.RST_STREAM)).length, 10);
  assert.deepEqual(await peer.sent(FrameType.GOAWAY), []);
});

Deno.test("flow control - padding counts and is credited without the handler", async () => {
  using peer = new SessionHarness({ limits });
  const padded = Buffer.concat([Buffer.from([255]), Buffer.alloc(255)]);
  peer.send(headers(1));
  for (let i = 0; i < 200; i++) peer.send(frame(FrameType.DATA, Flag.PADDED, 1, padded));
  assert(await credits(peer, 0) >= 200 * 256 - WINDOW / 2);
  assert.equal(await credits(peer, 1), await credits(peer, 0));
});

Deno.test("flow control - more DATA than the stream's window is an error of the stream", async () => {
  using peer = new SessionHarness({ limits: { streamWindowBytes: 20_000 } });
  peer.send(headers(1), data(1, chunk), data(1, chunk));
  const [sentReset] = await peer.sent(FrameType.RST_STREAM);
  assert.equal(sentReset!.payload.readUInt32BE(0), ErrorCode.FLOW_CONTROL_ERROR);
});

Deno.test("flow control - more DATA than the connection's window ends the connection", async () => {
  using peer = new SessionHarness({ limits: { connectionWindowBytes: WINDOW } });
  peer.send(headers(1), ...Array.from({ length: 5 }, () => data(1, chunk)));
  const [goaway] = await peer.sent(FrameType.GOAWAY);
  assert.equal(goaway!.payload.readUInt32BE(4), ErrorCode.FLOW_CONTROL_ERROR);
});

Deno.test("flow control - DATA may fill both windows to the last byte", async () => {
  using peer = new SessionHarness({ limits });
  const bytes = Buffer.alloc(WINDOW, "x");
  peer.send(headers(1));
  for (let at = 0; at < WINDOW; at += 16_384) {
    peer.send(data(1, bytes.subarray(at, Math.min(at + 16_384, WINDOW))));
  }
  assert.deepEqual(await peer.sent(FrameType.RST_STREAM), []);
  peer.streams[0]!.resume();
  assert.equal(peer.streams[0]!.body.length, WINDOW);
});

Deno.test("flow control - DATA beyond a stream's window is credited to the connection", async () => {
  using peer = new SessionHarness({ limits: { ...limits, streamWindowBytes: 10 } });
  for (let id = 1; id < 21; id += 2) peer.send(headers(id), data(id, chunk));
  assert.equal((await peer.sent(FrameType.RST_STREAM)).length, 10);
  assert.deepEqual(await peer.sent(FrameType.GOAWAY), []);
});

Deno.test("flow control - what is written later waits behind what waits, though there is room", async () => {
  let stream!: RecordingStream;
  using peer = new SessionHarness({ onStream: (opened) => stream = opened });
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 10_000_000]), windowUpdate(0, 10_000_000));
  peer.send(headers(1));
  await turn();
  peer.transport.holding = true;
  const first = Buffer.alloc(200_000, "1");
  stream.write(first);
  await turn();
  peer.transport.held.shift()!(); // Room for DATA again, while other writes are under way.
  stream.write(Buffer.from("2"));
  peer.transport.release();
  for (let i = 0; i < 20; i++) await turn();
  const sent = await peer.sent(FrameType.DATA);
  const body = Buffer.concat(sent.map(({ payload }) => payload)).toString();
  assert.equal(body, `${first}2`);
});

Deno.test("flow control - a window of 1 byte passes 1 byte for each update", async () => {
  using peer = new SessionHarness({ onStream: (stream) => void stream.write(Buffer.from("abc")) });
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 1]), headers(1));
  assert.equal(await dataLength(peer, 1), 1);
  peer.send(windowUpdate(1, 1));
  assert.equal(await dataLength(peer, 1), 2);
});

Deno.test("flow control - a lowered initial window can make a stream's window negative", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => void stream.write(Buffer.alloc(WINDOW + 10)),
  });
  peer.send(headers(1));
  assert.equal(await dataLength(peer, 1), WINDOW);
  peer.send(windowUpdate(0, 1000), settings([SettingId.INITIAL_WINDOW_SIZE, WINDOW - 100]));
  peer.send(windowUpdate(1, 100));
  assert.equal(await dataLength(peer, 1), WINDOW, "the window is 0 again");
  peer.send(windowUpdate(1, 7));
  assert.equal(await dataLength(peer, 1), WINDOW + 7);
});

Deno.test("flow control - write tells a slow client's handler to wait, and when to go on", async () => {
  const writes: string[] = [];
  let stream!: RecordingStream;
  using peer = new SessionHarness({ onStream: (opened) => stream = opened });
  peer.send(headers(1));
  assert.equal(stream.write(Buffer.alloc(WINDOW), () => writes.push("first")), true);
  assert.equal(stream.write(Buffer.alloc(10), () => writes.push("second")), false);
  await turn();
  assert.deepEqual(writes, ["first"]);
  peer.send(windowUpdate(1, 100), windowUpdate(0, 100));
  await turn();
  assert.deepEqual(writes, ["first", "second"]);
  assert.deepEqual(stream.events, ["drain"]);
});

Deno.test("flow control - streams that share the connection's window take turns", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => void stream.write(Buffer.alloc(100_000)),
  });
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 1_000_000]), SETTINGS_ACK);
  peer.send(headers(1), headers(3));
  for (let i = 0; i < 8; i++) peer.send(windowUpdate(0, 16_384));
  assert(await dataLength(peer, 3) >= 4 * 16_384, "the second stream is not left out");
});

Deno.test("flow control - streams take turns though the window opens by one frame at a time", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => void stream.write(Buffer.alloc(WINDOW + 100_000)),
  });
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 1_000_000]), headers(1), headers(3));
  for (let i = 0; i < 4; i++) peer.send(windowUpdate(0, 16_384));
  assert.equal(await dataLength(peer, 1), WINDOW + 2 * 16_384);
  assert.equal(await dataLength(peer, 3), 2 * 16_384);
});

Deno.test("flow control - a socket that takes nothing stops DATA", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => void stream.write(Buffer.alloc(5_000_000)),
  });
  peer.transport.holding = true;
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 10_000_000]), windowUpdate(0, 10_000_000));
  peer.send(headers(1));
  await turn();
  assert(await dataLength(peer, 1) < 200_000);
  peer.transport.release();
  for (let i = 0; i < 50; i++) await turn();
  assert.equal(await dataLength(peer, 1), 5_000_000);
});

Deno.test("flow control - the frames of a turn leave in one write", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => {
      stream.respond({ ":status": 200 });
      stream.write(Buffer.from("answer"));
      stream.end();
    },
  });
  await turn();
  const before = peer.transport.written.length;
  peer.send(headers(1), headers(3), headers(5));
  await turn();
  assert.equal(peer.transport.written.length - before, 1);
});

Deno.test("flow control - small DATA frames reach the handler as one chunk", () => {
  using peer = new SessionHarness({ onStream: (stream) => stream.resume() });
  const letters = Array.from("a ride in pieces", (letter) => data(1, Buffer.from(letter)));
  peer.send(headers(1), ...letters);
  assert.equal(peer.streams[0]!.received.length, 1);
  assert.equal(peer.streams[0]!.body, "a ride in pieces");
});

Deno.test("flow control - waiting data does not keep the buffer it came in", () => {
  using peer = new SessionHarness();
  const others = Array.from({ length: 3_000 }, () => ping());
  peer.send(headers(1), data(1, Buffer.from("ride")), ...others);
  const stream = peer.streams[0]!;
  stream.resume();
  assert.equal(stream.body, "ride");
  assert(stream.received[0]!.buffer.byteLength < 100);
});

Deno.test("flow control - a frame larger than data is merged to is kept as it is", () => {
  using peer = new SessionHarness({ limits: { maxFrameBytes: 65_536 } });
  const large = Buffer.alloc(40_000, "x");
  const others = Array.from({ length: 5_000 }, () => ping());
  peer.send(headers(1), data(1, large), ...others);
  peer.send(data(1, large), data(1, Buffer.from("y")), ...others);
  peer.streams[0]!.resume();
  assert.equal(peer.streams[0]!.body, `${large}${large}y`);
  assert.deepEqual(peer.handlerErrors, []);
});

Deno.test("flow control - a frame that comes in pieces takes no more than its size", () => {
  using peer = new SessionHarness({ onStream: (stream) => stream.resume() });
  peer.send(headers(1));
  const bytes = data(1, chunk);
  for (const cut of [1, 8, 9, 10, 9_000, bytes.length - 1]) {
    peer.send(bytes.subarray(0, cut));
    peer.send(bytes.subarray(cut));
    const received = peer.streams[0]!.received.pop()!;
    assert.deepEqual(received, chunk);
    assert.equal(received.buffer.byteLength, bytes.length);
  }
});
