import "../../rides/runtime/mod.ts";
import {
  type CallOptions,
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type MethodDefinition,
  status as Code,
  type StatusObject,
} from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";

/** What a client has to know of a method. */
export type Called<Request, Answer> = Pick<
  MethodDefinition<Request, Answer>,
  "path" | "requestSerialize" | "responseDeserialize"
>;

/** How to make a call. */
export interface ExchangeOptions extends CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
}

/** How a call ended. */
export interface Ended<Answer> {
  /** The name of its status, as in `INVALID_ARGUMENT`. */
  readonly status: string;
  readonly details: string;
  readonly answers: readonly Answer[];
  /** What came before the answers. */
  readonly headers: Metadata;
  /** What came with the status. */
  readonly trailers: Metadata;
}

/** A call as a test wants it: of any kind, with any bytes, and with all that came back. */
export class Exchange<Request, Answer> {
  readonly answers: Answer[] = [];
  /** How many requests have left. */
  sent = 0;
  readonly #stream: ClientDuplexStream<Request, Answer>;
  readonly #ended: Promise<Ended<Answer>>;

  constructor(
    client: Client,
    method: Called<Request, Answer>,
    { metadata = {}, ...options }: ExchangeOptions = {},
  ) {
    const sent = new Metadata();
    for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
    const { path, requestSerialize, responseDeserialize } = method;
    // Deadlines are a test's own: without one a call that hangs ends here.
    const deadline = Date.now() + 20_000;
    const stream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      sent,
      { deadline, ...options },
    );
    this.#stream = stream;
    let headers = new Metadata();
    stream.on("metadata", (metadata) => headers = metadata);
    stream.on("data", (answer) => this.answers.push(answer));
    stream.on("error", () => {}); // It comes as a status, too.
    this.#ended = new Promise((resolve) => {
      stream.on("status", ({ code, details, metadata }: StatusObject) => {
        const { answers } = this;
        resolve({ status: Code[code], details, answers, headers, trailers: metadata });
      });
    });
  }

  /** Sends requests and leaves the stream open. */
  send(...requests: Request[]): this {
    for (const request of requests) this.#stream.write(request, () => void this.sent++);
    return this;
  }

  /** Ends the stream of requests. */
  finish(): this {
    this.#stream.end();
    return this;
  }

  /** Ends the stream of requests and waits for the status. */
  end(): Promise<Ended<Answer>> {
    return this.finish().ended;
  }

  cancel(): Promise<Ended<Answer>> {
    this.#stream.cancel();
    return this.#ended;
  }

  /** Reads no more answers. */
  stall(): this {
    this.#stream.pause();
    return this;
  }

  /** Reads answers again. */
  goOn(): this {
    this.#stream.resume();
    return this;
  }

  /** Resolves when the call has ended. */
  get ended(): Promise<Ended<Answer>> {
    return this.#ended;
  }
}

/** The method with bytes of the test's own for a request. */
export function raw<Answer>(method: Called<never, Answer>): Called<Buffer, Answer> {
  return { ...method, requestSerialize: (bytes) => bytes };
}

/** A plaintext channel to a port of this machine. */
export class Channel extends Client implements Disposable {
  constructor(port: number, host = "127.0.0.1", options: ChannelOptions = {}) {
    super(`${host}:${port}`, credentials.createInsecure(), options);
  }

  /** One with a connection of its own; others to the same port share one. */
  static alone(port: number): Channel {
    return new Channel(port, "127.0.0.1", { "grpc.use_local_subchannel_pool": 1 });
  }

  /** Sends one request and waits for the status. */
  call<Request, Answer>(
    method: Called<Request, Answer>,
    request: Request,
    options?: ExchangeOptions,
  ): Promise<Ended<Answer>> {
    return new Exchange(this, method, options).send(request).end();
  }

  open<Request, Answer>(
    method: Called<Request, Answer>,
    options?: ExchangeOptions,
  ): Exchange<Request, Answer> {
    return new Exchange(this, method, options);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
