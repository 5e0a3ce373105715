import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ErrorCode, StreamClosedError } from "../../rides/http2/errors.ts";
import { Flag, FrameType, MAX_STREAM_ID } from "../../rides/http2/frame.ts";
import { eventually } from "../support/eventually.ts";
import { data, frame, headers, ping, reset, uint32 } from "./support/frames.ts";
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
  await turn();
  assert.deepEqual(peer.streams[0]!.events, ["close"]);
  assert.equal(peer.streams[0]!.rstCode, ErrorCode.CANCEL);
  assert.equal(failures.length, 2);
  assert(failures.some((failure) => failure instanceof StreamClosedError));
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

Deno.test("stream - a response before the whole request ends with RST_STREAM NO_ERROR", async () => {
  using peer = new SessionHarness({ onStream: answer });
  peer.send(headers(1), data(1, Buffer.from("late")), data(1, Buffer.alloc(0), Flag.END_STREAM));
  const [sentReset] = await peer.sent(FrameType.RST_STREAM);
  assert.deepEqual(sentReset!.payload, uint32(ErrorCode.NO_ERROR));
  assert.deepEqual(await goaways(peer), []);
});

Deno.test("stream - trailers end it, after everything that was written", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => {
      stream.onNotify = (event) => {
        if (event === "wantTrailers") stream.sendTrailers({ "grpc-status": 0 });
      };
      stream.respond({ ":status": 200 }, { waitForTrailers: true });
      stream.write(Buffer.alloc(70_000));
      stream.end();
    },
  });
  peer.send(headers(1, undefined, END));
  assert.equal((await peer.sent(FrameType.HEADERS)).length, 1, "trailers wait for the data");
  peer.send(frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(10_000)));
  peer.send(frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(10_000)));
  const last = (await peer.sent()).at(-1)!;
  assert.deepEqual([last.type, last.flags], [FrameType.HEADERS, END]);
  assert.deepEqual(peer.streams[0]!.events, ["wantTrailers", "close"]);
});

Deno.test("stream - trailers do not wait behind what is dropped", async () => {
  const errors: unknown[] = [];
  using peer = new SessionHarness({
    onStream: (stream) => {
      stream.onNotify = (event) => {
        if (event === "wantTrailers") stream.sendTrailers({ "grpc-status": 8 });
      };
      stream.respond({ ":status": 200 }, { waitForTrailers: true });
      stream.write(Buffer.alloc(70_000), (error) => errors.push(error));
      stream.dropUnsent();
      stream.end();
    },
  });
  peer.send(headers(1, undefined, END));
  const last = (await peer.sent()).at(-1)!;
  assert.deepEqual([last.type, last.flags], [FrameType.HEADERS, END]);
  assert(errors[0] instanceof StreamClosedError);
  assert.equal(peer.session.bufferedBytes, 0);
});

Deno.test("stream - a paused one gets nothing, not even the end", () => {
  using peer = new SessionHarness({ onStream: (stream) => stream.resume() });
  peer.send(headers(1));
  const stream = peer.streams[0]!;
  stream.pause();
  peer.send(data(1, Buffer.from("ride"), Flag.END_STREAM));
  assert.deepEqual([stream.body, stream.events], ["", []]);
  stream.resume();
  assert.deepEqual([stream.body, stream.events], ["ride", ["end"]]);
});

Deno.test("stream - the code of the client's reset is kept", () => {
  using peer = new SessionHarness();
  peer.send(headers(1), reset(1, ErrorCode.CANCEL));
  assert.equal(peer.streams[0]!.rstCode, ErrorCode.CANCEL);
  assert.equal(peer.streams[0]!.write(Buffer.from("late")), false);
});

Deno.test("stream - pseudo-headers go first, wherever the handler put them", async () => {
  using peer = new SessionHarness({
    onStream: (stream) =>
      stream.respond({ "grpc-status": 12, ":status": 200 }, { endStream: true }),
  });
  peer.send(headers(1, undefined, END));
  const [sent] = await peer.sent(FrameType.HEADERS);
  assert.equal(sent!.payload[0], 0x80 | 8, ":status: 200 is the first field");
});

Deno.test("stream - a header without a value is left out, and :status is 200 without one", async () => {
  using peer = new SessionHarness({
    onStream: (stream) =>
      stream.respond({ ":status": undefined, x: undefined }, { endStream: true }),
  });
  peer.send(headers(1, undefined, END));
  const [sent] = await peer.sent(FrameType.HEADERS);
  assert.deepEqual([...sent!.payload], [0x80 | 8]);
});

Deno.test("stream - a header that HTTP/2 forbids is refused before anything is sent", async () => {
  const forbidden = [["connection", "close"], ["te", "gzip"], ["x a", "1"], ["x", "a\r\nb"]];
  using peer = new SessionHarness();
  peer.send(headers(1));
  for (const [name, value] of forbidden) {
    assert.throws(() => peer.streams[0]!.sendTrailers({ [name!]: value }), TypeError);
  }
  assert.deepEqual(await peer.sent(FrameType.HEADERS), []);
});
