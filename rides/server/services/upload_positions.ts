import type { ServerDuplexStream } from "@grpc/grpc-js";
import { refuseIfAny, type Violation } from "../../domain/failure.ts";
import { toFix } from "../../domain/fix.ts";
import { checkPosition, type Position } from "../../domain/position.ts";
import type { Group, PositionStore } from "../../storage/storage.ts";
import type { UploadedPositions, UploadPositions } from "../../wire/v1/car_service.ts";
import { callerOf } from "../auth/caller.ts";
import { HandedOver } from "./handed_over.ts";
import { forEachMessage } from "./messages.ts";

/** How many positions a request has at most. */
const MAX_POSITIONS = 10_000;

/** Adds to a message which position it is about. */
type Describe = (message: string) => string;

type Call = ServerDuplexStream<UploadPositions, UploadedPositions>;

/** The handler of UploadPositions. */
export function uploadPositions(store: PositionStore) {
  return async (call: Call): Promise<void> => {
    const caller = callerOf(call);
    const handedOver = new HandedOver();
    const acknowledgements = new Acknowledgements(call);
    let last = -1;
    const received = forEachMessage(call, (request) => {
      handedOver.throwIfFailed();
      checkRequest(request, last);
      const { firstSequence, positions } = request;
      const nowMs = Date.now();
      for (const [index, position] of positions.entries()) {
        const where: Describe = (message) => `sequence ${firstSequence + index}: ${message}`;
        validate(position, index, nowMs, where);
        caller?.requireCar(position.carId, where);
        const group = store.put(toFix(position));
        handedOver.add(group);
        last = firstSequence + index;
        acknowledgements.after(group, last);
      }
      return store.room;
    });
    try {
      await received;
    } finally {
      await handedOver.stored();
    }
    call.end();
  };
}

/** Acknowledges what is stored: the newest sequence alone, where the client does not read them all. */
class Acknowledgements {
  #group: { readonly group: Group; sequence: number } | undefined;
  #waiting: number | undefined;
  #blocked = false;

  constructor(private readonly call: Call) {
    call.on("drain", () => {
      this.#blocked = false;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting !== undefined) this.#send(waiting);
    });
  }

  /** Acknowledges `sequence` when `group` is stored; of several in a group the last. */
  after(group: Group, sequence: number): void {
    if (this.#group?.group === group) {
      this.#group.sequence = sequence;
      return;
    }
    const own = this.#group = { group, sequence };
    group.stored.then(() => this.#send(own.sequence), () => {
      // The call ends with this failure, and nothing behind it is acknowledged.
      this.#blocked = true;
    });
  }

  #send(committedSequence: number): void {
    if (this.#blocked) this.#waiting = committedSequence;
    else this.#blocked = !this.call.write({ committedSequence });
  }
}

function checkRequest({ firstSequence, positions }: UploadPositions, last: number): void {
  const violations: Violation[] = [];
  if (!(firstSequence > last && Number.isSafeInteger(firstSequence + positions.length))) {
    const reason = `${firstSequence} is not from ${last + 1}, which is behind the last, to 2^53`;
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
