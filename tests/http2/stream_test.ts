import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ErrorCode, StreamClosedError } from "../../rides/http2/errors.ts";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import {
  data,
  frame,
  headerBlock,
  headers,
  ping,
  REQUEST,
  reset,
  uint32,
} from "./support/frames.ts";
import { SessionHarness } from "./support/session_harness.ts";

const END = Flag.END_HEADERS | Flag.END_STREAM;

Deno.test("stream - a response before the whole request ends with RST_STREAM NO_ERROR", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => stream.respond({ ":status": 200 }, { endStream: true }),
  });
  peer.send(headers(1), data(1, Buffer.from("late")), data(1, Buffer.alloc(0), Flag.END_STREAM));
  const [sentReset] = await peer.sent(FrameType.RST_STREAM);
  assert.deepEqual(sentReset!.payload, uint32(ErrorCode.NO_ERROR));
  assert.deepEqual(await peer.sent(FrameType.GOAWAY), []);
});

Deno.test("stream - what comes on one of many that were all reset at once is no error", async () => {
  const count = 600;
  const end = Buffer.alloc(0);
  using peer = new SessionHarness({ limits: { maxConcurrentStreams: count } });
  const ids = Array.from({ length: count }, (_, index) => 2 * index + 1);
  peer.send(...ids.map((id) => headers(id)));
  for (const stream of peer.streams) stream.respond({ ":status": 200 }, { endStream: true });
  peer.send(...ids.map((id) => data(id, end, Flag.END_STREAM)));
  assert.equal((await peer.sent(FrameType.RST_STREAM)).length, count);
  assert.deepEqual(await peer.sent(FrameType.GOAWAY), []);
});

Deno.test("stream - of resets beyond that, the oldest is forgotten", async () => {
  using peer = new SessionHarness({ onStream: (stream) => stream.close(ErrorCode.CANCEL) });
  for (let index = 0; index <= 512; index++) peer.send(headers(2 * index + 1));
  peer.send(data(3, Buffer.alloc(0)));
  assert.deepEqual(await peer.sent(FrameType.GOAWAY), []);
  peer.send(data(1, Buffer.alloc(0)));
  const [goaway] = await peer.sent(FrameType.GOAWAY);
  assert.equal(goaway!.payload.readUInt32BE(4), ErrorCode.STREAM_CLOSED);
});

Deno.test("stream - a handler that goes on after the client's reset sends nothing", async () => {
  using peer = new SessionHarness();
  peer.send(headers(1), reset(1, ErrorCode.CANCEL));
  const before = (await peer.sent()).length;
  const errors: unknown[] = [];
  const stream = peer.streams[0]!;
  stream.respond({ ":status": 200 });
  stream.write(Buffer.from("late"), (error) => errors.push(error));
  stream.sendTrailers({ "grpc-status": 0 });
  stream.end();
  stream.close();
  assert.equal((await peer.sent()).length, before);
  assert(errors[0] instanceof StreamClosedError);
  assert.deepEqual(stream.events, ["close"]);
});

Deno.test("stream - the client's reset ends the writes that wait", async () => {
  const errors: (Error | undefined)[] = [];
  using peer = new SessionHarness({
    onStream: (stream) => {
      stream.write(Buffer.alloc(70_000), (error) => errors.push(error));
      stream.write(Buffer.alloc(1), (error) => errors.push(error));
    },
  });
  peer.send(headers(1, undefined, END), reset(1, ErrorCode.CANCEL));
  const before = (await peer.sent(FrameType.DATA)).length;
  assert.equal(errors.length, 2);
  assert(errors.every((error) => error instanceof StreamClosedError));
  peer.send(frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(10_000)));
  assert.equal((await peer.sent(FrameType.DATA)).length, before);
  assert.equal(peer.session.bufferedBytes, 0);
});

Deno.test("stream - a handler that closes it when data comes hears of no end, and credits nothing", async () => {
  using peer = new SessionHarness({
    limits: { streamWindowBytes: 20_000 },
    onStream: (stream) => {
      stream.onNotify = (event) => event === "data" && stream.close(ErrorCode.CANCEL);
      stream.resume();
    },
  });
  peer.send(headers(1), data(1, Buffer.alloc(16_000)));
  peer.send(headers(3), data(3, Buffer.from("last"), Flag.END_STREAM));
  const updates = await peer.sent(FrameType.WINDOW_UPDATE);
  assert(updates.every(({ streamId }) => streamId === 0));
  assert.deepEqual(peer.streams.map(({ events }) => events), [["close"], ["close"]]);
});

Deno.test("stream - what is written after its end is refused", async () => {
  const errors: unknown[] = [];
  using peer = new SessionHarness({
    onStream: (stream) => {
      stream.write(Buffer.alloc(70_000));
      stream.end();
      stream.write(Buffer.from("late"), (error) => errors.push(error));
    },
  });
  peer.send(headers(1, undefined, END));
  peer.send(frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(10_000)));
  peer.send(frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(10_000)));
  const sent = await peer.sent(FrameType.DATA);
  assert.equal(sent.reduce((sum, { payload }) => sum + payload.length, 0), 70_000);
  assert(errors[0] instanceof StreamClosedError);
});

Deno.test("stream - names go out in lower case, values without white space around", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => stream.respond({ "X-Name": " value\t" }, { endStream: true }),
  });
  peer.send(headers(1, undefined, END));
  const [sent] = await peer.sent(FrameType.HEADERS);
  assert.deepEqual(sent!.payload, headerBlock([[":status", "200"], ["x-name", "value"]]));
});

Deno.test("stream - fields of one name are joined, whatever it is", () => {
  using peer = new SessionHarness();
  const names = ["x-name", "constructor", "__proto__"];
  const fields = [
    ...Object.entries(REQUEST),
    ...names.flatMap((name): [string, string][] => [
      [name, "1"],
      [name, "2"],
    ]),
  ];
  peer.send(frame(FrameType.HEADERS, END, 1, headerBlock(fields)));
  const [request] = peer.requests;
  assert.deepEqual(names.map((name) => request![name]), names.map(() => "1, 2"));
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

Deno.test("stream - headers longer than a frame go on in CONTINUATIONs, nothing between", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => {
      const long = { "x-long": "~".repeat(20_000), "x-longer": "~".repeat(20_000) };
      stream.respond(stream.id === 1 ? long : {}, { endStream: true });
    },
  });
  peer.send(headers(1, undefined, END), ping(), headers(3, undefined, END));
  const sent = await peer.sent();
  const first = sent.findIndex(({ type }) => type === FrameType.HEADERS);
  const { HEADERS, CONTINUATION } = FrameType;
  assert.deepEqual(
    sent.slice(first, first + 3).map(({ type, flags, streamId }) => [type, flags, streamId]),
    [
      [HEADERS, Flag.END_STREAM, 1],
      [CONTINUATION, 0, 1],
      [CONTINUATION, Flag.END_HEADERS, 1],
    ],
  );
  assert(sent.every(({ payload }) => payload.length <= 16_384));
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

Deno.test("stream - a response without headers of its own gets some", async () => {
  using peer = new SessionHarness({
    onStream: (stream) => {
      if (stream.id === 3) stream.write(Buffer.from("answer"));
      stream.end();
    },
  });
  peer.send(headers(1, undefined, END), headers(3, undefined, END));
  const { HEADERS, DATA } = FrameType;
  const sent = (await peer.sent()).filter(({ streamId }) => streamId > 0);
  assert.deepEqual(
    sent.map(({ streamId, type }) => [streamId, type]),
    [[1, HEADERS], [1, DATA], [3, HEADERS], [3, DATA], [3, DATA]],
  );
});

Deno.test("stream - a response whose headers were refused can still be given", async () => {
  using peer = new SessionHarness();
  peer.send(headers(1, undefined, END));
  const stream = peer.streams[0]!;
  assert.throws(() => stream.respond({ connection: "close" }), TypeError);
  stream.write(Buffer.from("answer"));
  stream.end();
  const sent = (await peer.sent()).filter(({ streamId }) => streamId === 1);
  assert.deepEqual(
    sent.map(({ type }) => type),
    [FrameType.HEADERS, FrameType.DATA, FrameType.DATA],
  );
});
