/** What no peer's bytes may do: make the session depend on their chunks, throw, hang or leak. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { Flag, FRAME_HEADER_BYTES, FrameType } from "../../rides/http2/frame.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { corpus } from "./corpus/mod.ts";
import {
  data,
  frame,
  headers,
  ping,
  PREFACE,
  REQUEST,
  reset,
  settings,
  SETTINGS_ACK,
  windowUpdate,
} from "./support/frames.ts";
import { eventually } from "../support/eventually.ts";
import { checkAsyncProperty } from "../support/property.ts";
import { SessionHarness } from "./support/session_harness.ts";

const payload = fc.uint8Array({ maxLength: 100 });
const flags = fc.integer({ min: 0, max: 255 });

/** A step of a client; `which` picks one of its open streams. */
type Step =
  | { readonly kind: "open"; readonly bytes: Uint8Array; readonly end: boolean }
  | {
    readonly kind: "data" | "trailers" | "reset" | "window";
    readonly which: number;
    readonly bytes: Uint8Array;
    readonly end: boolean;
  }
  | { readonly kind: "other"; readonly frame: Buffer };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("open" as const), bytes: payload, end: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom("data", "data", "trailers", "reset", "window"),
    which: fc.nat(),
    bytes: payload,
    end: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("other" as const),
    frame: fc.oneof(
      fc.integer({ min: 10_000, max: 100_000 })
        .map((n) => settings([SettingId.INITIAL_WINDOW_SIZE, n])),
      fc.integer({ min: 0, max: 5_000 }).map((n) => settings([SettingId.HEADER_TABLE_SIZE, n])),
      fc.constant(ping()),
      fc.constant(SETTINGS_ACK),
      fc.constant(windowUpdate(0, 1_000)),
    ),
  }),
);

/** The frames of a client that keeps to the protocol: a step without an open stream is left out. */
function* framesOf(steps: readonly Step[]): Iterable<Buffer> {
  const open: number[] = [];
  let nextId = 1;
  for (const step of steps) {
    if (step.kind === "other") {
      yield step.frame;
    } else if (step.kind === "open") {
      const id = nextId;
      nextId += 2;
      yield* openingFrames(id, step.bytes, step.end);
      if (!step.end) open.push(id);
    } else if (open.length > 0) {
      const index = step.which % open.length;
      const id = open[index]!;
      if (step.kind === "window") yield windowUpdate(id, 1_000);
      else if (step.kind === "reset") yield reset(id, 8);
      else if (step.kind === "data") yield data(id, step.bytes, step.end ? Flag.END_STREAM : 0);
      else yield headers(id, { "x-trailer": "1" }, Flag.END_HEADERS | Flag.END_STREAM);
      const ends = step.kind === "reset" || step.kind === "trailers" ||
        (step.kind === "data" && step.end);
      if (ends) open.splice(index, 1);
    }
  }
}

/** HEADERS, cut in two by a CONTINUATION. */
function openingFrames(id: number, bytes: Uint8Array, end: boolean): Buffer[] {
  const whole = headers(id, { ...REQUEST, "x-bytes": Buffer.from(bytes).toString("hex") });
  const cut = FRAME_HEADER_BYTES + 6;
  return [
    frame(
      FrameType.HEADERS,
      end ? Flag.END_STREAM : 0,
      id,
      whole.subarray(FRAME_HEADER_BYTES, cut),
    ),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, id, whole.subarray(cut)),
  ];
}

const validFrames = fc.array(step, { maxLength: 40 }).map((
  steps,
) => [...framesOf(steps)]);
const anyFrame: fc.Arbitrary<Buffer> = fc.tuple(
  fc.integer({ min: 0, max: 11 }),
  flags,
  fc.integer({ min: 0, max: 20 }),
  payload,
).map(([type, flags, id, bytes]) => frame(type, flags, id, bytes));

const validStream = validFrames
  .map((frames) => Buffer.concat([PREFACE, settings(), ...frames]));
const mutatedStream = fc.tuple(
  validFrames,
  fc.array(fc.tuple(fc.nat(), anyFrame), { maxLength: 3 }),
  fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 5 }),
).map(([frames, intruders, mutations]) => {
  for (const [at, intruder] of intruders) frames.splice(at % (frames.length + 1), 0, intruder);
  const bytes = Buffer.concat([PREFACE, settings(), ...frames]);
  for (const [at, value] of mutations) bytes[at % bytes.length] = value;
  return bytes;
});
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), {
  minLength: 1,
  maxLength: 200,
});

/** A server that reads everything and echoes it. */
function echoPeer(): SessionHarness {
  return new SessionHarness({
    handshake: false,
    onStream: (stream) => {
      stream.respond({ ":status": 200 });
      stream.onNotify = (event, chunk) => {
        if (chunk) stream.write(Buffer.from(chunk));
        if (event === "end") stream.end();
      };
      stream.resume();
    },
  });
}

function feed(peer: SessionHarness, bytes: Buffer, sizes: readonly number[]): void {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + sizes[i % sizes.length]!;
    peer.session.receive(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
}

/**
 * What the handlers and the client have seen, apart from how the bodies were cut, and how much of
 * the body of a stream came before its reset.
 */
async function outcome(bytes: Buffer, sizes: readonly number[]): Promise<unknown> {
  using peer = echoPeer();
  feed(peer, bytes, sizes);
  const bodies = new Map<number, string>();
  const others: string[] = [];
  for (const { type, flags, streamId, payload } of await peer.sent()) {
    if (type === FrameType.DATA) {
      bodies.set(streamId, (bodies.get(streamId) ?? "") + payload.toString("latin1"));
    } else if (type !== FrameType.WINDOW_UPDATE) {
      others.push(`${type} ${flags} ${streamId} ${payload.toString("hex")}`);
    }
  }
  const streams = peer.streams.map(({ id, body, events, rstCode }) => (
    // A copy: streams that are left hear of the end of the harness in their turn.
    { id, events: [...events], ...rstCode === 0 ? { body, echo: bodies.get(id) } : { rstCode } }
  ));
  return {
    state: peer.session.state,
    requests: peer.requests,
    streams,
    others: others.sort(),
  };
}

async function checkBytes(bytes: Buffer, sizes: readonly number[]): Promise<void> {
  using peer = echoPeer();
  feed(peer, bytes, sizes);
  await peer.sent();
  assert.deepEqual(peer.handlerErrors, []);
  peer.session.onTransportClosed();
  await eventually("no stream outlives its session", () => {
    return peer.session.connection.openStreams === 0;
  });
  for (const stream of peer.streams) assert.equal(stream.closed, true);
}

Deno.test("session - any chunks of a valid stream give the same events", async () => {
  await checkAsyncProperty(fc.asyncProperty(validStream, cuts, async (bytes, sizes) => {
    assert.deepEqual(await outcome(bytes, sizes), await outcome(bytes, [bytes.length]));
  }));
});

Deno.test("session - no bytes make it throw, hang or leak", async () => {
  await checkAsyncProperty(fc.asyncProperty(mutatedStream, cuts, checkBytes));
});

for (const { title, bytes } of corpus()) {
  Deno.test(`session - corpus: ${title}`, async () => {
    for (const sizes of [[1], [7, 13], [bytes.length]]) await checkBytes(bytes, sizes);
  });
}
