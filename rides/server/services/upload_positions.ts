import type { ServerDuplexStream } from "@grpc/grpc-js";
import { refuseIfAny, Unavailable, type Violation } from "../../domain/failure.ts";
import { toFix } from "../../domain/fix.ts";
import { checkPosition, type Position } from "../../domain/position.ts";
import type { PositionStore } from "../../storage/storage.ts";
import type { UploadedPositions, UploadPositions } from "../../wire/v1/upload.ts";
import { callerOf } from "../auth/caller.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { HandedOver } from "./handed_over.ts";
import { forEachMessage } from "./messages.ts";
import { streamTurns } from "./stream_turns.ts";

/** How many positions a request has at most. */
const MAX_POSITIONS = 10_000;

const GOODBYE = "the server is shutting down; send again what was not acknowledged";

/** Adds to a message which position it is about. */
type Describe = (message: string) => string;

type Call = ServerDuplexStream<UploadPositions, UploadedPositions>;

/** UploadPositions: its handler, and how its running calls end when the server drains. */
export interface Uploads {
  readonly handler: (call: Call) => Promise<void>;
  /** Takes nothing more, acknowledges what is stored, and has the clients send the rest elsewhere. */
  readonly goodbye: () => void;
}

export function uploads(store: PositionStore): Uploads {
  const leaving = new AbortController();
  return {
    handler: (call) => take(call, store, leaving.signal),
    goodbye: () => leaving.abort(),
  };
}

async function take(call: Call, store: PositionStore, leaving: AbortSignal): Promise<void> {
  const caller = callerOf(call);
  const handedOver = new HandedOver();
  const acknowledgements = new Acknowledgements(call);
  let last = -1;
  const put = (position: Position, index: number, sequence: number) => {
    const where: Describe = (message) => `sequence ${sequence}: ${message}`;
    validate(position, index, Date.now(), where);
    caller?.requireCar(position.carId, where);
    const group = store.put(toFix(position));
    handedOver.add(group);
    acknowledgements.after(group, last = sequence);
  };
  /** Goes on until others have their turn, and then with the rest. */
  const putAll = (first: number, rest: Iterator<Position>, from = 0): Promise<void> | undefined => {
    for (let index = from;; index++) {
      if (leaving.aborted || call.cancelled) return;
      handedOver.throwIfFailed();
      const { done, value: position } = rest.next();
      if (done) return;
      put(position, index, first + index);
      const turn = streamTurns.next(store.room);
      if (turn) return turn.then(() => putAll(first, rest, index + 1));
    }
  };
  const received = forEachMessage(call, (request: UploadPositions) => {
    checkRequest(request, last);
    return putAll(request.firstSequence, request.positions[Symbol.iterator]());
  });
  try {
    await unlessLeaving(received, leaving);
  } finally {
    await handedOver.stored();
    acknowledgements.flush();
  }
  call.end();
}

/** @throws {Unavailable} if the server says goodbye before `received` resolves */
async function unlessLeaving(received: Promise<void>, leaving: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(new Unavailable(GOODBYE));
  leaving.addEventListener("abort", leave);
  if (leaving.aborted) leave();
  try {
    await Promise.race([received, promise]);
  } finally {
    leaving.removeEventListener("abort", leave);
  }
}

function checkRequest({ firstSequence, positions }: UploadPositions, last: number): void {
  const violations: Violation[] = [];
  if (!(firstSequence > last && Number.isSafeInteger(firstSequence + positions.length))) {
    const from = last < 0 ? "0" : `${last + 1}, which is behind the last,`;
    const reason = `${firstSequence} is not from ${from} to below 2^53`;
    violations.push({ field: "first_sequence", reason });
  }
  if (positions.length > MAX_POSITIONS) {
    const reason = `${positions.length} positions are more than ${MAX_POSITIONS}`;
    violations.push({ field: "positions", reason });
  }
  refuseIfAny(violations);
}

/** @throws {InvalidArgument} if the position is refused, naming its place in the request */
function validate(position: Position, index: number, nowMs: number, where: Describe): void {
  const violations: Violation[] = [];
  checkPosition(position, nowMs, violations);
  if (violations.length === 0) return;
  const field = (name: string) => `positions[${index}].${name}`;
  refuseIfAny(violations.map(({ field: name, reason }) => ({ field: field(name), reason })), where);
}
