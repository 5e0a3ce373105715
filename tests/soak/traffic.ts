import { Buffer } from "node:buffer";
import { status as Code } from "@grpc/grpc-js";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { fieldsOf, startRequest } from "../attack/requests.ts";
import { RawConnection } from "../attack/raw_connection.ts";
import { BODIES } from "../bench/bodies.ts";
import { data, frame, headerBlock } from "../http2/support/frames.ts";
import { Caller, type Place, positions, refusedPositions, someCar } from "./caller.ts";
import { RidesV1Caller } from "./rides_v1.ts";

/** One manner of behaving towards a server. */
interface Manner {
  readonly name: string;
  /** How the call may end. */
  readonly codes: readonly Code[];
  readonly act: (caller: Caller, place: Place, v1: RidesV1Caller) => Promise<Code>;
}

const MANNERS: readonly Manner[] = [
  { name: "unary", codes: [Code.OK], act: (caller) => caller.start("John Doe") },
  { name: "unary, refused", codes: [Code.INVALID_ARGUMENT], act: (caller) => caller.start("") },
  {
    name: "unary, cancelled",
    codes: [Code.CANCELLED, Code.OK],
    act: (caller) => caller.start("John Doe", { cancelAfterMs: 0 }),
  },
  {
    name: "unary, past its deadline",
    codes: [Code.DEADLINE_EXCEEDED, Code.OK],
    act: (caller) => caller.start("John Doe", { deadlineMs: 1 }),
  },
  { name: "Track", codes: [Code.OK], act: (caller) => caller.track(positions, true) },
  {
    name: "Track, refused",
    codes: [Code.INVALID_ARGUMENT],
    act: (caller) => caller.track(refusedPositions, true),
  },
  {
    name: "Track, aborted",
    codes: [Code.CANCELLED],
    act: (caller) => caller.track(positions, false, { cancelAfterMs: 10 }),
  },
  {
    name: "Track, past its deadline",
    codes: [Code.DEADLINE_EXCEEDED],
    act: (caller) => caller.track(positions, false, { deadlineMs: 20 }),
  },
  { name: "a whole ride", codes: [Code.OK], act: (_, __, v1) => v1.wholeRide() },
  {
    name: "a wrong change of a ride",
    codes: [Code.FAILED_PRECONDITION],
    act: (_, __, v1) => v1.wrongChange(),
  },
  { name: "an unknown ride", codes: [Code.NOT_FOUND], act: (_, __, v1) => v1.unknownRide() },
  { name: "upload and look", codes: [Code.OK], act: (_, __, v1) => v1.uploadAndLook() },
  { name: "watch cars, and leave", codes: [Code.OK], act: (_, __, v1) => v1.watchCars() },
  { name: "rude hang-up", codes: [Code.OK], act: (_, place) => hangUpRudely(place) },
];

/** Calls of one manner that ended with one code. */
export type Tally = Map<string, number>;

/** Between two calls of a client: the server shall be at work, not at its end, and its disk not full. */
const PAUSE_MS = 20;

/** How long one caller keeps its connection. */
const ROUNDS_PER_CONNECTION = 5;

/**
 * Behaves in every manner by turns, until `stop`; hangs up now and then.
 *
 * @param carId the client's own car
 * @param isSteady whether the server is always there, so that every call has to end as it should
 * @returns what was not as it should
 */
export async function behave(
  place: Place,
  carId: bigint,
  isSteady: boolean,
  tally: Tally,
  stop: AbortSignal,
): Promise<string[]> {
  const wrong: string[] = [];
  while (!stop.aborted) {
    using caller = new Caller(place);
    await using v1 = new RidesV1Caller(place, carId);
    for (let round = 0; round < ROUNDS_PER_CONNECTION && !stop.aborted; round++) {
      for (const { name, codes, act } of MANNERS) {
        const code = await act(caller, place, v1);
        await pause(PAUSE_MS, stop);
        const key = `${name}: ${Code[code]}`;
        tally.set(key, (tally.get(key) ?? 0) + 1);
        if (!codes.includes(code) && (isSteady || !INTERRUPTIONS.includes(code))) wrong.push(key);
      }
    }
  }
  return wrong;
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return stop.aborted ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * How a call may end whose server is restarted: INTERNAL where its connection is cut in mid-frame, and
 * FAILED_PRECONDITION where a ride was, whose car is still in it.
 */
const INTERRUPTIONS: readonly Code[] = [
  Code.UNAVAILABLE,
  Code.CANCELLED,
  Code.DEADLINE_EXCEEDED,
  Code.INTERNAL,
  Code.FAILED_PRECONDITION,
];

/** Leaves requests half said and answers unread. */
async function hangUpRudely({ port, ca }: Place): Promise<Code> {
  try {
    await using connection = await (await RawConnection.open(port, ca)).begin();
    const track = headerBlock(fieldsOf("/Rides/Track"));
    await connection.send(Buffer.concat([
      frame(FrameType.HEADERS, Flag.END_HEADERS, 1, headerBlock(startRequest)),
      data(1, BODIES.Start(someCar()), Flag.END_STREAM),
      frame(FrameType.HEADERS, Flag.END_HEADERS, 3, track),
      data(3, BODIES.Track(100)),
      frame(FrameType.DATA, 0, 3, Buffer.alloc(100)).subarray(0, 50),
    ]));
    return Code.OK;
  } catch {
    return Code.UNAVAILABLE;
  }
}
