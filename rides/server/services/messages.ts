import type { ServerReadableStream } from "@grpc/grpc-js";
import { Cancelled } from "../../domain/failure.ts";
import { streamTurns } from "./stream_turns.ts";

/**
 * Hands every message of a client's stream to `take`; resolves when the client has ended it and the last one
 * is taken. Events are half the price of `for await` here, and messages come by the hundred thousand.
 *
 * @param take may return a promise: no further message is read before that resolves
 * @throws what `take` throws; messages after that one are not taken
 * @throws {Cancelled} if the client leaves before the end
 */
export function forEachMessage<Message>(
  call: Pick<ServerReadableStream<Message, unknown>, "on" | "off" | "pause" | "resume">,
  take: (message: Message) => Promise<void> | undefined | void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      call.off("data", onData);
      reject(error);
    };
    let hasWaited = false;
    let taken: Promise<unknown> = Promise.resolve();
    const onData = (message: Message) => {
      try {
        const room = take(message);
        const turn = room || hasWaited ? streamTurns.next(room) : undefined;
        if (!turn) return;
        hasWaited = true;
        call.pause();
        taken = turn.then(() => call.resume(), fail);
      } catch (error) {
        fail(error);
      }
    };
    call.on("data", onData);
    // A stream that has ended says so with its last message, though it is paused.
    call.on("end", () => taken.then(() => resolve()));
    call.on("error", reject);
    call.on("cancelled", () => reject(new Cancelled("the client left")));
  });
}

/**
 * Has a stream decode no message before somebody takes it, for messages that are large once decoded. By
 * default it keeps sixteen ready: for all uploads that a connection may have, more than 4 GB while the store
 * has no room. What is not taken stays with the client, by HTTP/2 flow control. For small messages this would
 * cost a sixth more.
 */
export function takeNothingAhead(call: object): void {
  // Where node:stream keeps it; grpc-js makes the stream itself, with no option for it.
  const { _readableState: state } = call as { _readableState?: { highWaterMark: number } };
  if (state) state.highWaterMark = 0;
}
