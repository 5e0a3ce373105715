import { type ClientWritableStream, status as Code } from "@grpc/grpc-js";
import { once } from "node:events";
import { CallFailure } from "./call_failure.ts";

/**
 * Sends `messages` as they come, no faster than the server takes them, ends the stream and waits for the
 * answer. The source is asked for nothing more once the call has ended.
 *
 * @param answer settles when the call ends
 * @param timeoutMs how long to wait for room to send a message, and for the answer after the last
 * @throws {CallFailure} DEADLINE_EXCEEDED if the server takes too long; and what the source throws
 */
export async function sendAll<Message, Response>(
  stream: ClientWritableStream<Message>,
  messages: Iterable<Message> | AsyncIterable<Message>,
  answer: Promise<Response>,
  timeoutMs: number,
): Promise<Response> {
  const source = Symbol.asyncIterator in messages
    ? messages[Symbol.asyncIterator]()
    : messages[Symbol.iterator]();
  let ended = false;

  const send = async () => {
    for (let next = await source.next(); !next.done; next = await source.next()) {
      if (ended) return;
      if (!stream.write(next.value)) {
        await within(timeoutMs, once(stream, "drain"), "the server takes no more messages");
      }
    }
    stream.end();
  };

  try {
    const sentAndAnswered = send()
      .then(() => within(timeoutMs, answer, "the server does not answer"));
    return await Promise.race([answer, sentAndAnswered]);
  } catch (error) {
    stream.cancel();
    throw error;
  } finally {
    ended = true;
    // Not awaited: a source that waits for its next message cannot be closed before that comes.
    source.return?.();
  }
}

async function within<Value>(
  timeoutMs: number,
  work: Promise<Value>,
  otherwise: string,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${otherwise} (waited ${timeoutMs} ms)`;
    timer = setTimeout(() => reject(new CallFailure(Code.DEADLINE_EXCEEDED, message)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
