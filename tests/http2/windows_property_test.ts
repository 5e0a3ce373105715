/** Whatever clients and handlers do in whatever order: windows are kept to and add up. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { checkAsyncProperty } from "../support/property.ts";
import { data, headers, REQUEST, reset, settings, windowUpdate } from "./support/frames.ts";
import { type RecordingStream, SessionHarness } from "./support/session_harness.ts";

const WINDOW = 65_535;
const END = Flag.END_HEADERS | Flag.END_STREAM;
const limits = { streamWindowBytes: 40_000, connectionWindowBytes: WINDOW };

/** What a client or a handler does next; `which` picks a stream. */
interface Step {
  readonly does:
    | "open"
    | "data"
    | "padded data"
    | "trailers"
    | "reset"
    | "window"
    | "connection window"
    | "initial window"
    | HandlerAction;
  readonly which: number;
  readonly length: number;
  readonly end: boolean;
}
type HandlerAction = "resume" | "pause" | "respond" | "write" | "finish" | "close" | "drop";

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom<Step["does"][]>(
        ...[
          "open",
          "open",
          "open",
          "data",
          "data",
          "padded data",
          "window",
          "connection window",
        ] as const,
        ...["resume", "pause", "respond", "write", "write"] as const,
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Step["does"][]>(
        ...["trailers", "reset", "initial window", "finish", "close", "drop"] as const,
      ),
    },
  ),
  which: fc.nat({ max: 5 }),
  length: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9_000 })),
  end: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
/** Without the bias towards the shortest, in which next to nothing happens. */
const steps = fc.noBias(fc.array(step, { maxLength: 60 }));

/** A stream as its client sees it. */
interface Account {
  readonly id: number;
  /** What the client may send. */
  up: number;
  /** What the server may send. */
  down: number;
  ended: "" | "by END_STREAM" | "by RST_STREAM";
  endSent: boolean;
}

class Client {
  readonly accounts: Account[] = [];
  /** As those of a stream, for the connection. */
  up = WINDOW;
  down = WINDOW;
  #initialWindow = WINDOW;
  #read = 0;

  constructor(readonly peer: SessionHarness) {}

  /** Does nothing where a client must not. */
  send({ does, which, length, end }: Step): void {
    const account = this.accounts[which % this.accounts.length];
    if (does === "open") {
      this.#open(length, end);
    } else if (does === "connection window") {
      this.down += length;
      this.peer.send(windowUpdate(0, length));
    } else if (does === "initial window") {
      for (const each of this.accounts) each.down += length - this.#initialWindow;
      this.#initialWindow = length;
      this.peer.send(settings([SettingId.INITIAL_WINDOW_SIZE, length]));
    } else if (account === undefined) {
      return;
    } else if (does === "window") {
      account.down += length;
      this.peer.send(windowUpdate(account.id, length));
    } else if (does === "reset") {
      account.ended ||= "by RST_STREAM";
      account.endSent = true;
      this.peer.send(reset(account.id, ErrorCode.CANCEL));
    } else if (account.endSent) {
      return;
    } else if (does === "trailers") {
      account.endSent = true;
      this.peer.send(headers(account.id, { "x-trailer": "1" }, END));
    } else if (does === "data" || does === "padded data") {
      this.#sendData(account, length, does === "padded data", end);
    }
  }

  /** Reads what the server has sent since the last time, and sees that it was allowed to. */
  async read(): Promise<void> {
    const frames = await this.peer.sent();
    for (const { type, flags, streamId, payload } of frames.slice(this.#read)) {
      assert.notEqual(type, FrameType.GOAWAY, payload.subarray(8).toString());
      const account = this.accounts.find(({ id }) => id === streamId);
      if (type === FrameType.WINDOW_UPDATE) {
        const credit = payload.readUInt32BE(0);
        assert(credit > 0);
        if (account) account.up += credit;
        else this.up += credit;
      }
      if (account === undefined) continue;
      assert.notEqual(account.ended, "by RST_STREAM", `a frame of type ${type} after RST_STREAM`);
      if (account.ended !== "") assert.equal(type, FrameType.RST_STREAM, "after END_STREAM");
      if (type === FrameType.DATA) {
        account.down -= payload.length;
        this.down -= payload.length;
        if (payload.length > 0) assert(account.down >= 0 && this.down >= 0, "more than a window");
      }
      if (type === FrameType.RST_STREAM) account.ended = "by RST_STREAM";
      else if (type <= FrameType.HEADERS && flags & Flag.END_STREAM) {
        account.ended = "by END_STREAM";
      }
    }
    this.#read = frames.length;
  }

  #open(length: number, end: boolean): void {
    const id = 2 * this.accounts.length + 1;
    const up = limits.streamWindowBytes;
    this.accounts.push({ id, up, down: this.#initialWindow, ended: "", endSent: end });
    const request: Record<string, string> = { ...REQUEST };
    if (length % 3 === 0) request["content-length"] = `${length}`; // Which may prove wrong.
    this.peer.send(headers(id, request, end ? END : Flag.END_HEADERS));
  }

  #sendData(account: Account, wanted: number, isPadded: boolean, end: boolean): void {
    const length = Math.min(wanted, account.up, this.up);
    if (length < 1) return;
    account.up -= length;
    this.up -= length;
    account.endSent = end;
    const payload = Buffer.alloc(length);
    if (isPadded) payload[0] = Math.min(length - 1, 255);
    const flags = (isPadded ? Flag.PADDED : 0) | (end ? Flag.END_STREAM : 0);
    this.peer.send(data(account.id, payload, flags));
  }
}

/** Has the handler take all that has come. */
function drain(stream: RecordingStream): void {
  for (let taken = -1; taken < stream.received.length;) {
    taken = stream.received.length;
    stream.resume();
  }
}

/** Paused after each piece of data, so that some is left when the stream ends. */
function serve(stream: RecordingStream): void {
  stream.onNotify = (event) => {
    if (event === "data") stream.pause();
    if (event === "wantTrailers") stream.sendTrailers({ x: "1" });
  };
}

Deno.test("session - windows are kept to and add up, whatever client and handler do", async () => {
  await checkAsyncProperty(fc.asyncProperty(steps, async (steps) => {
    using peer = new SessionHarness({ limits, onStream: serve });
    const client = new Client(peer);
    let writes = 0;
    const handle = ({ does, length, end }: Step, stream: RecordingStream) => {
      if (does === "resume") stream.resume();
      else if (does === "pause") stream.pause();
      else if (does === "write") {
        writes++;
        stream.write(Buffer.alloc(length * 10), () => writes--);
      } else if (does === "finish") stream.end();
      else if (does === "close") stream.close(ErrorCode.CANCEL);
      else if (does === "drop") stream.dropUnsent();
      else if (does === "respond" && !stream.sentHeaders) {
        stream.respond({}, { waitForTrailers: length % 2 === 0, endStream: end });
      }
    };
    for (const step of steps) {
      client.send(step);
      const stream = peer.streams[step.which % peer.streams.length];
      if (stream !== undefined) handle(step, stream);
      await client.read();
    }

    peer.streams.forEach(drain);
    await client.read();
    const open = client.accounts.filter(({ ended }) => ended === "");
    for (const { id, up, endSent } of open) {
      assert(endSent || up * 2 >= limits.streamWindowBytes, "what is read is credited");
      peer.send(reset(id, ErrorCode.CANCEL));
    }
    await client.read();
    const { connection, outbound } = peer.session;
    assert.equal(connection.openStreams, 0);
    assert.equal(connection.unreadBytes, 0, "no credit is lost");
    assert(client.up * 2 >= WINDOW);
    assert.equal(connection.receiveWindow, client.up);
    assert.equal(outbound.window, client.down);
    assert.equal(peer.session.bufferedBytes, 0);
    assert.equal(writes, 0, "each write is answered once");
    assert.deepEqual(peer.handlerErrors, []);
  }));
});
