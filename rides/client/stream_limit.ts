import { status as Code } from "@grpc/grpc-js";
import { CallFailure } from "./call_failure.ts";

/** What a {@linkcode StreamLimit} is about. */
export interface LimitedStream {
  /** How long to wait for the connection, and for each answer that is due. */
  readonly timeoutMs: number;
  /** Resolves when there is a connection. */
  readonly connected: Promise<void>;
  /** Whether the server has to say something now. Without that it may be quiet for long. */
  readonly isDue: () => boolean;
  /** Ends the stream. */
  readonly cancel: () => void;
}

/** Ends a stream whose server takes too long: to be reached, or to answer. Disposing of it stops the time. */
export class StreamLimit implements Disposable {
  /** What the stream has failed with, if it took too long. */
  late: CallFailure | undefined;
  readonly #stream: LimitedStream;
  #isConnected = false;
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stream: LimitedStream) {
    this.#stream = stream;
    this.#begin("Deadline exceeded: no connection");
    void stream.connected.then(() => {
      this.#isConnected = true;
      this.answered();
      this.look();
    });
  }

  /** To be called when an answer may have become due. */
  look(): void {
    if (this.#isConnected && !this.#isOver && this.#stream.isDue()) {
      this.#begin("the server does not answer");
    }
  }

  /** To be called when an answer has come; before it is handled, which may take long. */
  answered(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #begin(otherwise: string): void {
    const { timeoutMs, cancel } = this.#stream;
    this.#timer ??= setTimeout(() => {
      const reason = `${otherwise} (waited ${timeoutMs} ms)`;
      this.late = new CallFailure(Code.DEADLINE_EXCEEDED, reason);
      cancel();
    }, timeoutMs);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.answered();
  }
}
