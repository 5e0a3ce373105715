import type { ServerReadableStream } from "@grpc/grpc-js";
import { Cancelled } from "../../domain/failure.ts";
import { receiveAll } from "../interceptors/chain.ts";
import type { MessageFlow } from "../interceptors/message_intake.ts";
import { streamTurns } from "./stream_turns.ts";

/**
 * Hands every message of a client's stream to `take`; resolves when the client has ended it and the last one
 * is taken. Messages come by the hundred thousand: past the stream of the call, one takes half of what its events
 * cost, and those half of `for await`.
 *
 * @param take may return a promise: no further message is read before that resolves
 * @throws what `take` throws; messages after that one are not taken
 * @throws {Cancelled} if the client leaves before the end
 */
export function forEachMessage<Message>(
  call: Call<Message>,
  take: (message: Message) => Promise<void> | undefined | void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      flow.pause();
      reject(error);
    };
    let hasWaited = false;
    let taken: Promise<unknown> = Promise.resolve();
    const onMessage = (message: Message) => {
      try {
        const room = take(message);
        const turn = room || hasWaited ? streamTurns.next(room) : undefined;
        if (!turn) return;
        hasWaited = true;
        flow.pause();
        taken = turn.then(() => flow.resume(), fail);
      } catch (error) {
        fail(error);
      }
    };
    const flow = flowOf(call, onMessage);
    // A stream that has ended says so with its last message, though it is paused.
    call.on("end", () => taken.then(() => resolve()));
    call.on("error", reject);
    call.on("cancelled", () => reject(new Cancelled("the client left")));
    flow.resume();
  });
}

type Call<Message> = Pick<ServerReadableStream<Message, unknown>, "on" | "pause" | "resume">;

function flowOf<Message>(call: Call<Message>, take: (message: Message) => void): MessageFlow {
  const flow = receiveAll(call, take);
  if (!flow) call.on("data", take);
  // Without it there would be no "end" either.
  call.resume();
  return flow ?? call;
}
