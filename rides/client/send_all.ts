import type { ClientWritableStream } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { once } from "node:events";
import { close } from "./close.ts";
import { within } from "./within.ts";

/** The call that {@linkcode sendAll} sends messages for. */
export interface Call<Message, Response> {
  readonly stream: ClientWritableStream<Buffer>;
  readonly encode: (message: Message) => Buffer;
  /** Resolves when there is a connection. */
  readonly connected: Promise<void>;
  /** Settles when the call ends. */
  readonly answer: Promise<Response>;
  /** How long to wait for the connection, for room to send a message, and for the answer. */
  readonly timeoutMs: number;
  /** Ends the wait for the connection; later it changes nothing. */
  readonly giveUp: AbortSignal | undefined;
}

/**
 * Sends `messages` as they come, no faster than the server takes them, ends the stream and waits for the
 * answer. The source is asked for nothing more once the call has ended.
 *
 * @throws {CallFailure} DEADLINE_EXCEEDED if the server takes too long; and what the source or
 * `encode` throws, or the reason of `giveUp`
 */
export async function sendAll<Message, Response>(
  { stream, encode, connected, answer, timeoutMs, giveUp }: Call<Message, Response>,
  messages: Iterable<Message> | AsyncIterable<Message>,
): Promise<Response> {
  const source = Symbol.asyncIterator in messages
    ? messages[Symbol.asyncIterator]()
    : messages[Symbol.iterator]();
  const over = new AbortController();
  const { signal } = over;
  const end = () => over.abort();
  // Registered first, so that what the end of the call cuts short below comes after the answer.
  answer.then(end, end);
  const givenUp = Promise.withResolvers<never>();
  const stop = () => givenUp.reject(giveUp?.reason);
  giveUp?.addEventListener("abort", stop);
  if (giveUp?.aborted) stop();

  const send = async () => {
    const begun = Promise.race([connected, answer, givenUp.promise]);
    const beginning = within(timeoutMs, begun, "Deadline exceeded: no connection");
    // Asked for meanwhile, so that a failing source fails even without a server.
    let [next] = await Promise.all([source.next(), beginning]);
    for (; !next.done; next = await source.next()) {
      if (signal.aborted) return;
      if (!stream.write(encode(next.value))) {
        const room = once(stream, "drain", { signal });
        await within(timeoutMs, room, "the server takes no more messages");
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
    end();
    giveUp?.removeEventListener("abort", stop);
    // Not awaited: a source that waits for its next message can be closed only when that comes.
    void close(source);
  }
}
