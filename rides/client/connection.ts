import {
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
  type MethodDefinition,
  type requestCallback,
} from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { CallFailure } from "./call_failure.ts";
import { Channel } from "./channel.ts";
import type { ClientOptions } from "./options.ts";
import { responses } from "./responses.ts";
import { retrying } from "./retry.ts";
import { sendAll } from "./send_all.ts";
import { sendEach } from "./send_each.ts";
import { StreamLimit } from "./stream_limit.ts";

/**
 * The four kinds of calls over one channel.
 *
 * Every call throws a {@linkcode CallFailure} if it ends with another status than OK.
 */
export class Connection {
  readonly #channel: Channel;

  /**
   * @throws {TypeError} if the address is malformed, a number out of its range, or the token one that
   * must not be sent
   */
  constructor(options: ClientOptions) {
    this.#channel = new Channel(options);
  }

  /** A call of one request and one response, tried again as {@linkcode retrying} has it. */
  async unary<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const { retry: policy, timeoutMs, closing } = this.#channel;
    const deadlineMs = Date.now() + timeoutMs;
    const message = method.requestSerialize(request);
    const recovered = (withinMs: number) => this.#channel.recovered(withinMs);
    const call = { policy, path: method.path, deadlineMs, signal: closing, recovered };
    try {
      return await retrying(call, () => this.#send(method, message, deadlineMs));
    } catch (error) {
      throw await this.#channel.explained(error);
    }
  }

  /** @throws {CallFailure} with what grpc-js says */
  async #send<Request, Response>(
    { path, responseDeserialize }: MethodDefinition<Request, Response>,
    message: Buffer,
    deadline: number,
  ): Promise<Response> {
    const answer = Promise.withResolvers<Response>();
    this.#channel.client.makeUnaryRequest(
      path,
      asIs<Buffer>,
      responseDeserialize,
      message,
      new Metadata(),
      { deadline },
      settle(answer),
    );
    try {
      return await answer.promise;
    } catch (error) {
      throw CallFailure.of(error);
    }
  }

  /**
   * A call of many requests, sent as they come and no faster than the server takes them.
   *
   * @param giveUp ends the wait for the connection, with its reason; later it changes nothing
   */
  async clientStream<Request, Response>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
    requests: Iterable<Request> | AsyncIterable<Request>,
    giveUp?: AbortSignal,
  ): Promise<Response> {
    const answer = Promise.withResolvers<Response>();
    const stream = this.#channel.client.makeClientStreamRequest(
      path,
      asIs<Buffer>,
      responseDeserialize,
      new Metadata(),
      {},
      settle(answer),
    );
    try {
      return await sendAll({
        stream,
        connected: this.#channel.connected(),
        answer: answer.promise,
        encode: requestSerialize,
        timeoutMs: this.#channel.timeoutMs,
        giveUp,
      }, requests);
    } catch (error) {
      throw await this.#channel.explained(error);
    }
  }

  /**
   * A call of one request and many responses, which come as they are asked for. The server begins to
   * respond at once, and may be quiet afterwards. Leaving them early, or the signal, cancels the call.
   */
  async *serverStream<Request, Response>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
    request: Request,
    signal?: AbortSignal,
  ): AsyncGenerator<Response> {
    const stream = this.#channel.client.makeServerStreamRequest(
      path,
      asIs<Buffer>,
      responseDeserialize,
      requestSerialize(request),
      new Metadata(),
      {},
    );
    let heard = false;
    using limit = this.#limited(stream, () => !heard);
    // The headers, so that even a first response that takes long to arrive is one.
    stream.once("metadata", () => {
      heard = true;
      limit.answered();
    });
    yield* this.#responses(stream, limit, signal);
  }

  /**
   * A call of many requests, already encoded, and many responses, which come as they are asked for. The
   * requests are sent no faster than the server takes them; their end ends the sending.
   *
   * @param isDue whether there has to be a response to what was sent; default: there never has
   * @throws what the source of the requests throws
   */
  async *duplex<Request, Response>(
    { path, responseDeserialize }: MethodDefinition<Request, Response>,
    requests: AsyncIterable<Buffer>,
    signal?: AbortSignal,
    isDue: () => boolean = () => false,
  ): AsyncGenerator<Response> {
    const stream = this.#channel.client.makeBidiStreamRequest(
      path,
      asIs<Buffer>,
      responseDeserialize,
      new Metadata(),
      {},
    );
    using limit = this.#limited(stream, isDue);
    const over = new AbortController();
    let broken: { readonly error: unknown } | undefined;
    sendEach(stream, requests, over.signal, () => limit.look()).catch((error) => {
      broken = { error };
      stream.cancel();
    });
    try {
      yield* this.#responses(stream, limit, signal);
    } catch (error) {
      throw broken ? broken.error : error;
    } finally {
      over.abort();
    }
  }

  #limited(stream: { cancel(): void }, isDue: () => boolean): StreamLimit {
    return new StreamLimit({
      timeoutMs: this.#channel.timeoutMs,
      connected: this.#channel.connected(),
      isDue,
      cancel: () => stream.cancel(),
    });
  }

  async *#responses<Response>(
    stream: ClientReadableStream<Response> | ClientDuplexStream<Buffer, Response>,
    limit: StreamLimit,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Response> {
    const cancel = () => stream.cancel();
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    try {
      for await (const response of responses(stream)) {
        limit.answered();
        yield response;
        limit.look();
      }
    } catch (error) {
      throw await this.#channel.explained(limit.late ?? error);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Calls that run come to their end; others, waiting for the connection or new, end CANCELLED. */
  close(): void {
    this.#channel.close();
  }
}

/**
 * If grpc-js fails to serialize a request it says INTERNAL; so it is given bytes, and errors reach the caller
 * as they are.
 */
function asIs<Value>(value: Value): Value {
  return value;
}

function settle<Response>(
  { resolve, reject }: PromiseWithResolvers<Response>,
): requestCallback<Response> {
  return (error, response) => error ? reject(error) : resolve(response as Response);
}
