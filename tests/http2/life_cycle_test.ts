import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ErrorCode, StreamClosedError } from "../../rides/http2/errors.ts";
import { Flag, FrameType, INITIAL_WINDOW, MAX_STREAM_ID } from "../../rides/http2/frame.ts";
import { eventually } from "../support/eventually.ts";
import {
  data,
  frame,
  headerBlock,
  headers,
  hex,
  ping,
  PREFACE,
  REQUEST,
  settings,
  SETTINGS_ACK,
  uint32,
} from "./support/frames.ts";
import { type RecordingStream, SessionHarness, turn } from "./support/session_harness.ts";

const END = Flag.END_HEADERS | Flag.END_STREAM;
function answer(stream: RecordingStream): void {
  stream.respond({ ":status": 200 });
  stream.end();
}

async function goaways(peer: SessionHarness): Promise<{ last: number; code: number }[]> {
  return (await peer.sent(FrameType.GOAWAY)).map(({ payload }) => ({
    last: payload.readUInt32BE(0),
    code: payload.readUInt32BE(4),
  }));
}

/** Acknowledges the server's last PING, as a client does. */
async function acknowledgePing(peer: SessionHarness): Promise<void> {
  const { payload } = (await peer.sent(FrameType.PING)).at(-1)!;
  peer.send(frame(FrameType.PING, Flag.ACK, 0, payload));
}

Deno.test("session - its settings hold once they are acknowledged, and not before", async () => {
  const limits = { headerTableBytes: 0, streamWindowBytes: 10 };
  using peer = new SessionHarness({ handshake: false, limits });
  // 6.9.3 and RFC 7541, 4.2: sent before the client knew.
  peer.send(PREFACE, settings(), headers(1), data(1, Buffer.alloc(1_000)));
  assert.deepEqual(await peer.sent(FrameType.RST_STREAM), []);
  peer.send(SETTINGS_ACK, data(1, Buffer.alloc(1)));
  const [sentReset] = await peer.sent(FrameType.RST_STREAM);
  assert.deepEqual(sentReset!.payload, uint32(ErrorCode.FLOW_CONTROL_ERROR));
  assert.deepEqual(await goaways(peer), []);
  peer.send(headers(3)); // Without a size update.
  assert.deepEqual(await goaways(peer), [{ last: 1, code: ErrorCode.COMPRESSION_ERROR }]);
});

Deno.test("session - close ends in two steps and loses no request", async () => {
  using peer = new SessionHarness();
  peer.send(headers(1));
  peer.session.close();
  assert.deepEqual(await goaways(peer), [{ last: MAX_STREAM_ID, code: ErrorCode.NO_ERROR }]);

  peer.send(headers(3, undefined, END)); // Sent before the client knew.
  await acknowledgePing(peer);
  assert.deepEqual((await goaways(peer))[1], { last: 3, code: ErrorCode.NO_ERROR });

  peer.send(headers(5, undefined, END));
  assert.deepEqual(peer.streams.map(({ id }) => id), [1, 3], "a stream after the last GOAWAY");
  answer(peer.streams[0]!);
  await turn();
  assert.equal(peer.transport.ended, false);
  answer(peer.streams[1]!);
  await turn();
  assert.equal(peer.transport.ended, true);
});

Deno.test("session - what comes on streams after the last GOAWAY still counts", async () => {
  using peer = new SessionHarness({ limits: { connectionWindowBytes: INITIAL_WINDOW } });
  peer.send(headers(1));
  peer.session.close();
  await acknowledgePing(peer);
  // 6.8: literal "x: y" with indexing, on a stream that is ignored, makes the entry 62 of both tables.
  const indexing = Buffer.concat([headerBlock(Object.entries(REQUEST)), hex("400178 0179")]);
  peer.send(frame(FrameType.HEADERS, Flag.END_HEADERS, 3, indexing));
  for (let i = 0; i < 5; i++) peer.send(data(3, Buffer.alloc(16_000)));
  const [credit] = await peer.sent(FrameType.WINDOW_UPDATE);
  assert.deepEqual([credit!.streamId, credit!.payload], [0, uint32(48_000)]);
  peer.send(frame(FrameType.HEADERS, END, 1, hex("be")));
  assert.equal(peer.session.state, "finishing", "the trailers of the open stream can be decoded");
  answer(peer.streams[0]!);
  await turn();
  assert.deepEqual((await goaways(peer)).map(({ code }) => code), [0, 0]);
});

Deno.test("session - close goes on without an answer to its PING", async () => {
  using peer = new SessionHarness({ drainMs: 1 });
  peer.session.close();
  await eventually("the connection ends", () => peer.transport.ended);
  assert.equal((await goaways(peer)).length, 2);
});

Deno.test("session - no GOAWAY names a higher stream than one before it", async () => {
  using peer = new SessionHarness();
  peer.send(headers(1), headers(3));
  peer.session.goaway(ErrorCode.NO_ERROR, 1);
  peer.session.destroy();
  assert.deepEqual((await goaways(peer)).map(({ last }) => last), [1, 1]);
});

Deno.test("session - close does not wait for a client that never began", async () => {
  using peer = new SessionHarness({ handshake: false });
  peer.session.close();
  await turn();
  assert.equal(peer.session.state, "closing");
});

Deno.test("session - a client's GOAWAY lets its streams finish", async () => {
  using peer = new SessionHarness();
  peer.send(headers(1, undefined, END), frame(FrameType.GOAWAY, 0, 0, Buffer.alloc(8)));
  assert.equal(peer.transport.ended, false);
  answer(peer.streams[0]!);
  await turn();
  assert.equal(peer.transport.ended, true);
});

Deno.test("session - a graceful end waits until the socket has taken the answers", async () => {
  using peer = new SessionHarness();
  peer.transport.holding = true;
  peer.send(headers(1, undefined, END), frame(FrameType.GOAWAY, 0, 0, Buffer.alloc(8)));
  peer.streams[0]!.write(Buffer.alloc(60_000));
  peer.streams[0]!.end();
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal(peer.transport.destroyed, false);
  peer.transport.release();
  await turn();
  assert.equal(peer.transport.ended, true);
  const sent = await peer.sent(FrameType.DATA);
  assert.equal(sent.reduce((sum, { payload }) => sum + payload.length, 0), 60_000);
});

Deno.test("session - a graceful end does not wait for a socket that takes nothing", async () => {
  using peer = new SessionHarness({ limits: { stallTimeoutMs: 50 } });
  await turn();
  peer.transport.holding = true;
  peer.send(frame(FrameType.GOAWAY, 0, 0, Buffer.alloc(8)));
  await eventually("the socket is destroyed", () => peer.transport.destroyed);
  assert.deepEqual(peer.limitsHit, ["stallTimeoutMs"]);
});

Deno.test("session - a handler that destroys it is the last that is called", () => {
  using peer = new SessionHarness({ onStream: () => peer.session.destroy() });
  peer.send(headers(1), headers(3));
  assert.deepEqual(peer.streams.map(({ id }) => id), [1]);
});

Deno.test("session - destroy cuts off its streams and says why", async () => {
  using peer = new SessionHarness();
  peer.send(headers(1));
  peer.session.destroy(ErrorCode.CANCEL);
  assert.deepEqual(await goaways(peer), [{ last: 1, code: ErrorCode.CANCEL }]);
  assert.deepEqual(peer.streams[0]!.events, ["close"]);
  assert.equal(peer.transport.ended, true);
});

Deno.test("session - a transport that closes ends streams, writes and pings", async () => {
  const failures: unknown[] = [];
  using peer = new SessionHarness({
    onStream: (stream) =>
      void stream.write(Buffer.alloc(100_000), (error) => void failures.push(error)),
  });
  peer.send(headers(1));
  peer.session.ping((error) => failures.push(error));
  peer.session.onTransportClosed();
  await eventually("its stream has ended, in its turn", () => peer.streams[0]!.closed);
  await turn();
  assert.deepEqual(peer.streams[0]!.events, ["close"]);
  assert.equal(peer.streams[0]!.rstCode, ErrorCode.CANCEL);
  assert.equal(failures.length, 2);
  assert(failures.some((failure) => failure instanceof StreamClosedError));
});

Deno.test("session - an error of the connection ends its streams with the same code, at once", () => {
  using peer = new SessionHarness();
  peer.send(headers(1), frame(FrameType.PING, 0, 0));
  assert.deepEqual(peer.streams[0]!.events, ["close"]);
  assert.equal(peer.streams[0]!.rstCode, ErrorCode.FRAME_SIZE_ERROR);
});

Deno.test("session - a fault of the server ends it with INTERNAL_ERROR and is not kept quiet", async () => {
  using peer = new SessionHarness();
  const fault = new Error("fault");
  peer.createStream = () => {
    throw fault;
  };
  peer.send(headers(1));
  assert.deepEqual(await goaways(peer), [{ last: 1, code: ErrorCode.INTERNAL_ERROR }]);
  assert.deepEqual(peer.handlerErrors, [fault]);
});

Deno.test("session - close announces no end that is announced", async () => {
  using peer = new SessionHarness();
  peer.session.goaway(ErrorCode.NO_ERROR, MAX_STREAM_ID, Buffer.from("max_age"));
  peer.session.close();
  assert.deepEqual(await goaways(peer), [{ last: MAX_STREAM_ID, code: ErrorCode.NO_ERROR }]);
});

Deno.test("session - of two pings each gets its answer, and no more than 16 are open", async () => {
  using peer = new SessionHarness();
  const answered: number[] = [];
  for (const number of [1, 2]) peer.session.ping(() => answered.push(number));
  const sent = await peer.sent(FrameType.PING);
  for (const { payload } of sent.toReversed()) {
    peer.send(frame(FrameType.PING, Flag.ACK, 0, payload));
  }
  assert.deepEqual(answered, [2, 1]);
  for (let open = 0; open < 16; open++) assert.equal(peer.session.ping(() => {}), true);
  assert.equal(peer.session.ping(() => {}), false);
});

Deno.test("session - ping reports the answer to it and to no other", async () => {
  using peer = new SessionHarness();
  const answers: (Error | null)[] = [];
  assert.equal(peer.session.ping((error) => answers.push(error)), true);
  peer.send(ping(Flag.ACK));
  assert.deepEqual(answers, []);
  await acknowledgePing(peer);
  assert.deepEqual(answers, [null]);
});

Deno.test("session - a handler that throws loses its stream alone", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => {
      if (stream.id === 1) throw new Error("handler");
      stream.onNotify = () => {
        throw new Error("listener");
      };
      stream.resume();
    },
  });
  peer.send(headers(1), headers(3), data(3, Buffer.from("x")), headers(5));
  const resets = await peer.sent(FrameType.RST_STREAM);
  assert.deepEqual(
    resets.map(({ streamId, payload }) => [streamId, payload.readUInt32BE(0)]),
    [[1, ErrorCode.INTERNAL_ERROR], [3, ErrorCode.INTERNAL_ERROR]],
  );
  assert.equal(peer.streams[2]!.closed, false);
  assert(peer.handlerErrors.length >= 2);
});
