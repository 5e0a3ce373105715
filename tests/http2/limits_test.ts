import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { fieldSize } from "../../rides/http2/field.ts";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { DEFAULT_LIMITS, type Limits, resolveLimits } from "../../rides/http2/limits.ts";
import { readSettings, SettingId } from "../../rides/http2/settings.ts";
import { eventually } from "../support/eventually.ts";
import {
  data,
  frame,
  headerBlock,
  headers,
  ping,
  PREFACE,
  REQUEST,
  reset,
  settings,
  SETTINGS_ACK,
  windowUpdate,
} from "./support/frames.ts";
import { type HarnessOptions, SessionHarness, turn } from "./support/session_harness.ts";

const CALM = ErrorCode.ENHANCE_YOUR_CALM;

/** What a peer does to a connection, and what the server must answer. */
interface Attack {
  readonly by: string;
  readonly limit: keyof Limits;
  readonly limits: Partial<Limits>;
  readonly code: number;
  readonly attack: (peer: SessionHarness) => void;
  readonly options?: HarnessOptions;
}

const fatal: Attack[] = [
  {
    by: "one large block",
    limit: "maxHeaderBlockBytes",
    limits: { maxHeaderBlockBytes: 1024 },
    code: CALM,
    attack: (peer) => peer.send(frame(FrameType.HEADERS, 0, 1, Buffer.alloc(1025))),
  },
  {
    by: "one whole block",
    limit: "maxHeaderBlockBytes",
    limits: { maxHeaderBlockBytes: 1024 },
    code: CALM,
    attack: (peer) =>
      peer.send(frame(FrameType.HEADERS, Flag.END_HEADERS, 1, Buffer.alloc(1025, 0x82))),
  },
  {
    by: "a block that goes on",
    limit: "maxHeaderBlockBytes",
    limits: { maxHeaderBlockBytes: 1024 },
    code: CALM,
    attack: (peer) =>
      peer.send(
        frame(FrameType.HEADERS, 0, 1, Buffer.alloc(1024, 0x82)),
        frame(FrameType.CONTINUATION, 0, 1, Buffer.alloc(1, 0x82)),
      ),
  },
  {
    by: "CONTINUATION frames",
    limit: "maxContinuationFrames",
    limits: { maxContinuationFrames: 3 },
    code: CALM,
    attack: (peer) => {
      peer.send(frame(FrameType.HEADERS, 0, 1, Buffer.alloc(1)));
      for (let i = 0; i < 4; i++) peer.send(frame(FrameType.CONTINUATION, 0, 1, Buffer.alloc(1)));
    },
  },
  {
    by: "rapid resets",
    limit: "maxResetsPerInterval",
    limits: { maxResetsPerInterval: 50 },
    code: CALM,
    attack: (peer) => {
      for (let id = 1; id <= 101; id += 2) peer.send(headers(id), reset(id, ErrorCode.CANCEL));
    },
  },
  {
    by: "refused streams",
    limit: "maxResetsPerInterval",
    limits: { maxResetsPerInterval: 50, maxConcurrentStreams: 1 },
    code: CALM,
    attack: (peer) => {
      for (let id = 1; id <= 103; id += 2) peer.send(headers(id));
    },
  },
  {
    by: "PING frames",
    limit: "maxPingsPerInterval",
    limits: { maxPingsPerInterval: 100 },
    code: CALM,
    attack: (peer) => peer.send(...Array.from({ length: 101 }, () => ping())),
  },
  {
    by: "three PING frames that come early",
    limit: "minPingIntervalMs",
    limits: { minPingIntervalMs: 60_000 },
    code: CALM,
    attack: (peer) => peer.send(ping(), ping(), ping(), ping()),
  },
  {
    by: "SETTINGS frames",
    limit: "maxSettingsPerInterval",
    limits: { maxSettingsPerInterval: 20 },
    code: CALM,
    attack: (peer) => peer.send(...Array.from({ length: 21 }, () => settings())),
  },
  {
    by: "empty DATA",
    limit: "maxEmptyFramesPerInterval",
    limits: { maxEmptyFramesPerInterval: 20 },
    code: CALM,
    attack: (peer) => {
      peer.send(headers(1), ...Array.from({ length: 21 }, () => data(1, Buffer.alloc(0))));
    },
  },
  {
    by: "empty CONTINUATIONs",
    limit: "maxEmptyFramesPerInterval",
    limits: { maxEmptyFramesPerInterval: 20, maxContinuationFrames: 100 },
    code: CALM,
    attack: (peer) => {
      peer.send(frame(FrameType.HEADERS, 0, 1));
      for (let i = 0; i < 21; i++) peer.send(frame(FrameType.CONTINUATION, 0, 1));
    },
  },
  ...[
    { by: "frames of unknown types", make: () => frame(0xbb, 0, 0) },
    { by: "PRIORITY frames", make: () => frame(FrameType.PRIORITY, 0, 1, Buffer.alloc(5)) },
    { by: "acknowledgements of PING", make: () => ping(Flag.ACK) },
    { by: "acknowledgements of SETTINGS", make: () => SETTINGS_ACK },
  ].map(({ by, make }): Attack => ({
    by,
    limit: "maxEmptyFramesPerInterval",
    limits: { maxEmptyFramesPerInterval: 20 },
    code: CALM,
    attack: (peer) => peer.send(headers(1), ...Array.from({ length: 21 }, make)),
  })),
  ...[0, 1].map((id): Attack => ({
    by: `WINDOW_UPDATE frames of stream ${id}`,
    limit: "maxEmptyFramesPerInterval",
    limits: { maxEmptyFramesPerInterval: 20 },
    code: CALM,
    attack: (peer) =>
      peer.send(headers(1), ...Array.from({ length: 31 }, () => windowUpdate(id, 1))),
  })),
  {
    by: "RST_STREAM frames of streams that are gone",
    limit: "maxEmptyFramesPerInterval",
    limits: { maxEmptyFramesPerInterval: 20 },
    code: CALM,
    attack: (peer) =>
      peer.send(headers(1), ...Array.from({ length: 23 }, () => reset(1, ErrorCode.CANCEL))),
  },
  {
    by: "wrong frames on streams that are gone",
    limit: "maxEmptyFramesPerInterval",
    limits: { maxEmptyFramesPerInterval: 20 },
    code: CALM,
    options: { onStream: (stream) => stream.close() },
    attack: (peer) =>
      peer.send(headers(1), ...Array.from({ length: 21 }, () => windowUpdate(1, 0))),
  },
  {
    by: "two responses",
    limit: "maxQueuedBytesPerConnection",
    limits: { maxQueuedBytesPerConnection: 100_000 },
    code: CALM,
    options: { onStream: (stream) => void stream.write(Buffer.alloc(50_001)) },
    attack: (peer) => {
      peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 0]), headers(1), headers(3));
    },
  },
  {
    by: "a slow preface",
    limit: "prefaceTimeoutMs",
    limits: { prefaceTimeoutMs: 20 },
    code: ErrorCode.PROTOCOL_ERROR,
    options: { handshake: false },
    attack: (peer) => peer.send(PREFACE.subarray(0, 10)),
  },
  {
    by: "silence",
    limit: "settingsAckTimeoutMs",
    limits: { settingsAckTimeoutMs: 20 },
    code: ErrorCode.SETTINGS_TIMEOUT,
    options: { handshake: false },
    attack: (peer) => peer.send(PREFACE, settings()),
  },
];

for (const { by, limit, limits, code, attack, options } of fatal) {
  Deno.test(`limits - over ${limit} by ${by} the connection ends`, async () => {
    using peer = new SessionHarness({ limits, ...options });
    attack(peer);
    await reported(peer);
    const goaways = await peer.sent(FrameType.GOAWAY);
    assert.deepEqual(goaways.map(({ payload }) => payload.readUInt32BE(4)), [code]);
    assert.deepEqual(peer.limitsHit, [limit]);
    assert.equal(peer.transport.ended, true);
  });
}

const many = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`x-${i}`, "1"]));
const survivable: Attack[] = [
  {
    by: "many fields",
    limit: "maxHeaderPairs",
    limits: {},
    code: CALM,
    attack: (peer) => peer.send(headers(1, { ...REQUEST, ...many })),
  },
  {
    by: "a long field",
    limit: "maxHeaderListBytes",
    limits: { maxHeaderListBytes: 1024 },
    code: CALM,
    attack: (peer) => peer.send(headers(1, { ...REQUEST, "x-long": "a".repeat(1000) })),
  },
  {
    by: "a long trailer",
    limit: "maxHeaderListBytes",
    limits: { maxHeaderListBytes: 1024 },
    code: CALM,
    attack: (peer) => {
      const end = Flag.END_HEADERS | Flag.END_STREAM;
      peer.send(headers(1), headers(1, { "x-long": "a".repeat(1000) }, end));
    },
  },
  {
    by: "one response",
    limit: "maxQueuedBytesPerStream",
    limits: { maxQueuedBytesPerStream: 65_536 },
    code: CALM,
    options: {
      onStream: (stream) => stream.id === 1 && stream.write(Buffer.alloc(200_000)),
    },
    attack: (peer) => peer.send(headers(1)),
  },
  {
    by: "a response that is not taken",
    limit: "stallTimeoutMs",
    limits: { stallTimeoutMs: 20 },
    code: CALM,
    options: {
      onStream: (stream) => stream.id === 1 && stream.write(Buffer.alloc(70_000)),
    },
    attack: (peer) => peer.send(headers(1)),
  },
];

for (const { by, limit, limits, code, attack, options } of survivable) {
  Deno.test(`limits - over ${limit} by ${by} the stream is reset, the connection goes on`, async () => {
    using peer = new SessionHarness({ limits, ...options });
    attack(peer);
    await reported(peer);
    const [sentReset] = await peer.sent(FrameType.RST_STREAM);
    assert.equal(sentReset!.streamId, 1);
    assert.equal(sentReset!.payload.readUInt32BE(0), code);
    assert.deepEqual(peer.limitsHit, [limit]);
    peer.send(headers(3));
    assert.equal(peer.streams.at(-1)!.id, 3);
    assert.equal((await peer.sent(FrameType.GOAWAY)).length, 0);
  });
}

Deno.test("limits - just as much as they allow is taken", () => {
  const fields = Object.entries({ ...REQUEST, a: "1", b: "2", c: "3", d: "~".repeat(2_000) });
  const block = headerBlock(fields);
  using peer = new SessionHarness({
    limits: {
      maxHeaderBlockBytes: block.length,
      maxHeaderListBytes: fields.reduce(
        (sum, [name, value]) => sum + fieldSize({ name, value }),
        0,
      ),
      maxHeaderPairs: fields.length,
      maxContinuationFrames: 2,
      maxConcurrentStreams: 2,
      maxPingsPerInterval: 3,
    },
  });
  peer.send(
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, block),
    frame(FrameType.HEADERS, 0, 3, block),
    frame(FrameType.CONTINUATION, 0, 3),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 3),
    ...[ping(), ping(), ping()],
  );
  assert.deepEqual(peer.streams.map(({ id }) => id), [1, 3]);
  assert.deepEqual(peer.limitsHit, []);
});

Deno.test("limits - a client is told those that it has to know", async () => {
  using peer = new SessionHarness({
    limits: {
      headerTableBytes: 1_001,
      maxConcurrentStreams: 1_002,
      streamWindowBytes: 1_003,
      maxFrameBytes: 20_004,
      maxHeaderListBytes: 2_005,
    },
  });
  const [first] = await peer.sent(FrameType.SETTINGS);
  assert.deepEqual(
    readSettings(first!.payload, 0, first!.payload.length),
    [[1, 1_001], [3, 1_002], [4, 1_003], [5, 20_004], [6, 2_005]],
  );
});

Deno.test("limits - one that a connection goes over again is told of once", async () => {
  using peer = new SessionHarness();
  for (const id of [1, 3, 5]) peer.send(headers(id, { ...REQUEST, ...many }));
  assert.equal((await peer.sent(FrameType.RST_STREAM)).length, 3);
  assert.deepEqual(peer.limitsHit, ["maxHeaderPairs"]);
});

Deno.test("limits - an HPACK bomb ends the connection before it is decoded whole", async () => {
  using peer = new SessionHarness({ limits: { maxHeaderPairs: 10_000 } });
  const name = Buffer.from("x-bomb");
  const literal = Buffer.concat([
    Buffer.from([0x40, name.length]),
    name,
    Buffer.from([0x7f, 0xa1, 0x1e]), // A value of 4,000 bytes.
    Buffer.alloc(4000, "b"),
  ]);
  const references = Buffer.alloc(10_000, 0x80 | 62);
  const fields = headerBlock(Object.entries(REQUEST));
  peer.send(
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, Buffer.concat([fields, literal, references])),
  );
  assert.deepEqual(peer.limitsHit, ["maxHeaderListBytes"]);
  assert.equal(peer.streams.length, 0);
  const [goaway] = await peer.sent(FrameType.GOAWAY);
  assert.equal(goaway!.payload.readUInt32BE(4), ErrorCode.ENHANCE_YOUR_CALM);
});

Deno.test("limits - streams over the limit are refused and others go on", async () => {
  using peer = new SessionHarness({ limits: { maxConcurrentStreams: 2 } });
  peer.send(headers(1), headers(3), headers(5));
  const [refused] = await peer.sent(FrameType.RST_STREAM);
  assert.equal(refused!.streamId, 5);
  assert.equal(refused!.payload.readUInt32BE(0), ErrorCode.REFUSED_STREAM);
  assert.deepEqual(peer.streams.map(({ id }) => id), [1, 3]);
});

Deno.test("limits - SETTINGS of its own give a peer no more time to acknowledge ours", async () => {
  using peer = new SessionHarness({ handshake: false, limits: { settingsAckTimeoutMs: 50 } });
  peer.send(PREFACE);
  await eventually("its time is over", () => {
    peer.send(settings());
    return peer.limitsHit.length > 0;
  });
  assert.deepEqual(peer.limitsHit, ["settingsAckTimeoutMs"]);
});

Deno.test("limits - acknowledgements give a peer no more time for its first request", async () => {
  using peer = new SessionHarness({ limits: { firstRequestTimeoutMs: 50 } });
  await eventually("its time is over", () => {
    peer.send(SETTINGS_ACK);
    return peer.limitsHit.length > 0;
  });
  assert.deepEqual(peer.limitsHit, ["firstRequestTimeoutMs"]);
});

Deno.test("limits - a peer that floods and never reads is gone within a second", async () => {
  using peer = new SessionHarness({ limits: { maxPingsPerInterval: 100 } });
  peer.transport.holding = true;
  peer.send(...Array.from({ length: 200 }, () => ping()));
  await eventually("its socket is destroyed", () => peer.transport.destroyed);
});

Deno.test("limits - a peer that sends on after its end is not read for ever", () => {
  using peer = new SessionHarness();
  peer.session.destroy();
  for (let i = 0; i < 17; i++) peer.send(Buffer.alloc(65_536));
  assert.equal(peer.transport.paused, true);
});

Deno.test("limits - reading stops while answers are not taken, until the end", () => {
  using peer = new SessionHarness({ limits: { maxPingsPerInterval: 0 } });
  peer.transport.holding = true;
  peer.send(...Array.from({ length: 35_000 }, () => ping()));
  assert.equal(peer.transport.paused, true);
  peer.session.destroy();
  assert.equal(peer.transport.paused, false, "else the end would be a reset");
});

Deno.test("limits - a socket that takes nothing for too long is destroyed", async () => {
  using peer = new SessionHarness({
    limits: { stallTimeoutMs: 20 },
    onStream: (stream) => void stream.write(Buffer.alloc(300_000)),
  });
  peer.transport.holding = true;
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 300_000]), windowUpdate(0, 300_000));
  peer.send(headers(1));
  await eventually("the socket is destroyed", () => peer.transport.destroyed);
  assert.deepEqual(peer.limitsHit, ["stallTimeoutMs"]);
});

Deno.test("limits - a stream that only just began to wait is not stalled", async () => {
  using peer = new SessionHarness({ limits: { stallTimeoutMs: 100 } });
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 0]), headers(1), headers(3));
  const [first, second] = peer.streams;
  const othersAtEnd: boolean[] = [];
  first!.onNotify = (event) => {
    // Behind all that is looked at together.
    if (event === "close") queueMicrotask(() => othersAtEnd.push(second!.closed));
  };
  first!.write(Buffer.alloc(5_000));
  // Within the span that began with the write before.
  second!.write(Buffer.alloc(5_000));
  await eventually("both are reset", () => second!.closed);
  assert.deepEqual(othersAtEnd, [false]);
});

Deno.test("limits - a stream that takes a byte now and then is stalled", async () => {
  using peer = new SessionHarness({
    limits: { stallTimeoutMs: 20 },
    onStream: (stream) => void stream.write(Buffer.alloc(5_000)),
  });
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 0]), headers(1));
  await eventually("it is reset", () => {
    peer.send(windowUpdate(1, 1));
    return peer.streams[0]!.closed;
  });
  assert.deepEqual(peer.limitsHit, ["stallTimeoutMs"]);
});

Deno.test("limits - a connection is not idle whose calls end between two looks at it", async () => {
  using peer = new SessionHarness({
    limits: { firstRequestTimeoutMs: 1_000, idleTimeoutMs: 1_000 },
    onStream: (stream) => stream.respond({}, { endStream: true }),
  });
  const start = performance.now();
  // The looks have no turn of the event loop between them, in which the clock would have its own.
  for (const [id, afterMs] of [[1, 900], [3, 1_800], [5, 2_700]] as const) {
    peer.send(headers(id));
    peer.session.checkPatience(start + afterMs);
  }
  await turn();
  assert.equal(peer.session.state, "open");
  peer.session.checkPatience(start + 3_800);
  await eventually("it is idle", () => peer.session.state === "draining");
});

Deno.test("limits - a socket that only just got something is not stalled", async () => {
  using peer = new SessionHarness({ limits: { stallTimeoutMs: 100 } });
  peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, 0]), headers(1), headers(3));
  const [first, second] = peer.streams;
  const statesAtEnd: string[] = [];
  first!.onNotify = (event) => void (event === "close" && statesAtEnd.push(peer.session.state));
  first!.respond();
  await turn();
  first!.write(Buffer.alloc(5_000));
  // Within the span that began with the write before, when the socket had taken everything.
  peer.transport.holding = true;
  second!.respond();
  await eventually("the connection ends", () => peer.session.state === "closing");
  assert.deepEqual(statesAtEnd, ["open"]);
});

Deno.test("limits - resets that pass the responses of their streams are no flood", async () => {
  using peer = new SessionHarness({
    limits: { maxEmptyFramesPerInterval: 1 },
    onStream: (stream) => stream.close(ErrorCode.NO_ERROR),
  });
  for (let id = 1; id < 100; id += 2) peer.send(headers(id), reset(id, ErrorCode.CANCEL));
  assert.equal(peer.requests.length, 50);
  assert.deepEqual(await peer.sent(FrameType.GOAWAY), []);
});

Deno.test("limits - WINDOW_UPDATE frames for what a response has sent are no flood", async () => {
  using peer = new SessionHarness({
    limits: { maxEmptyFramesPerInterval: 1 },
    onStream: (stream) => {
      stream.respond();
      for (let i = 0; i < 100; i++) stream.write(Buffer.alloc(1));
    },
  });
  peer.send(headers(1));
  await turn();
  for (let i = 0; i < 100; i++) peer.send(windowUpdate(1, 1), windowUpdate(0, 1));
  assert.deepEqual(peer.limitsHit, []);
  assert.equal(peer.session.state, "open");
});

Deno.test("limits - PING frames after answers are no flood, nor are two more", async () => {
  using peer = new SessionHarness({
    limits: { minPingIntervalMs: 60_000 },
    onStream: (stream) => stream.respond({}, { endStream: true }),
  });
  for (let id = 1; id < 100; id += 2) peer.send(headers(id), ping());
  peer.send(ping(), ping());
  assert.deepEqual(peer.limitsHit, []);
  peer.send(ping());
  assert.deepEqual(peer.limitsHit, ["minPingIntervalMs"]);
  const [goaway] = await peer.sent(FrameType.GOAWAY);
  assert.equal(
    goaway!.payload.subarray(8).toString(),
    "too_many_pings",
    "gRPC clients look for it",
  );
});

Deno.test("limits - a limit out of its bounds is named", () => {
  assert.throws(
    () => resolveLimits({ maxConcurrentStreams: 0 }),
    new RangeError("Cannot use maxConcurrentStreams=0: must be an integer from 1 to 100000"),
  );
  assert.deepEqual(resolveLimits({ maxHeaderPairs: undefined }), DEFAULT_LIMITS);
});

/** Resolves when the session has told of a limit. */
function reported(peer: SessionHarness): Promise<unknown> {
  return eventually("a limit is reported", () => peer.limitsHit.length > 0);
}
