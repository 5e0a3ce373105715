import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { ResourceExhausted } from "../../domain/failure.ts";
import { internalStatus, statusOf } from "../../wire/status.ts";
import { Inflater } from "./inflater.ts";
import type { CallStatus } from "./interceptor.ts";
import { MessageDecoder } from "./message_decoder.ts";
import type { CallMemory } from "./message_memory.ts";

/** What is used and replaced of the innermost call of grpc-js 1.14. */
interface Innermost {
  /** Has nothing to do any more. */
  decoder: MessageIntake;
  handleDataFrame(data: Buffer): void;
  handleEndEvent(): void;
  checkCancelled(): boolean;
  readonly stream: { pause(): void; resume(): void };
  /** The header `grpc-encoding`. */
  readonly incomingEncoding: string;
  /** Of channelz. */
  readonly callEventTracker: { addMessageReceived(): void } | null;
}

/** What holds the messages that come up, and lets them come again. */
export interface MessageFlow {
  pause(): void;
  resume(): void;
}

/** Where what is received goes. */
export interface MessageReceiver {
  onMessage(message: unknown): void;
  /** The client sends nothing more. */
  onHalfClose(): void;
  /** Ends the call, of which a message cannot be had. */
  sendStatus(status: CallStatus): void;
}

/**
 * Receives the messages of a call, each when it is wanted, in place of grpc-js.
 *
 * That one decodes all that has come at once, with an async function, a promise and an object for each
 * message, and limits the size of each and nothing else: neither the unfinished messages of all streams nor
 * what compressed ones inflate to. It has no public hook for this, so private methods of its innermost call
 * are replaced. The version is pinned; if a later one has others, no message is received, which every test
 * notices.
 */
export class MessageIntake {
  readonly #decoder: MessageDecoder;
  readonly #innermost: Innermost;
  #isWanted = false;
  /** Whether those that come are wanted unasked. */
  #flows = false;
  /** Whether messages are being handed over, or one is being inflated. */
  #isGoing = false;
  #hasEnded = false;

  constructor(
    private readonly memory: CallMemory,
    innermost: ServerInterceptingCallInterface,
    private readonly deserialize: (bytes: Buffer) => unknown,
    private readonly receiver: MessageReceiver,
  ) {
    this.#decoder = new MessageDecoder(memory);
    this.#innermost = innermost as unknown as Innermost;
    this.#innermost.decoder = this;
    this.#innermost.handleDataFrame = onData;
    this.#innermost.handleEndEvent = onEnd;
  }

  /** One message more is wanted, or the end. */
  want(): void {
    if (!this.#flows && !this.#innermost.checkCancelled()) this.#resume();
  }

  /** From now on all messages are wanted as they come, unless this is paused, as it is at first. */
  flow(): MessageFlow {
    this.#flows = true;
    this.#isWanted = false;
    return {
      pause: () => {
        this.#isWanted = false;
        this.#innermost.stream.pause();
      },
      resume: () => this.#resume(),
    };
  }

  #resume(): void {
    this.#isWanted = true;
    this.#goOn();
  }

  onData(data: Buffer): void {
    // A call that has ended may wait for its client to read that, who may send meanwhile whatever it likes.
    if (this.memory.hasEnded || this.#innermost.checkCancelled()) return;
    this.#decoder.add(data);
    this.#goOn();
  }

  onEnd(): void {
    this.#hasEnded = true;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    while (this.#isWanted && !this.memory.hasEnded) {
      const message = this.#next();
      if (message === undefined) break;
      if (this.#decoder.isCompressed) return this.#inflate(message);
      this.#hand(message);
    }
    this.#isGoing = false;
    const { stream } = this.#innermost;
    if (this.memory.hasEnded) {
      this.#decoder.clear();
      stream.resume();
    } else if (!this.#isWanted) {
      this.#decoder.keep();
      stream.pause();
    } else if (!this.#hasEnded) {
      stream.resume();
    } else {
      this.#isWanted = false;
      this.receiver.onHalfClose();
    }
  }

  #next(): Buffer | undefined {
    try {
      return this.#decoder.next();
    } catch (error) {
      if (!(error instanceof ResourceExhausted)) throw error;
      this.receiver.sendStatus(statusOf(error));
    }
  }

  /** Nothing more is read until it is done. */
  #inflate(message: Buffer): void {
    const { memory } = this;
    this.#innermost.stream.pause();
    new Inflater(memory).inflate(message, this.#innermost.incomingEncoding).then((bytes) => {
      this.#decoder.free(message);
      memory.deliver(bytes.length);
      this.#hand(bytes);
      this.#isGoing = false;
      this.#goOn();
    }, (status) => {
      this.#decoder.free(message);
      if (!memory.hasEnded) this.receiver.sendStatus(status);
    });
  }

  #hand(bytes: Buffer): void {
    this.#innermost.callEventTracker?.addMessageReceived();
    const message = this.deserialize(bytes);
    this.#isWanted = this.#flows;
    try {
      this.receiver.onMessage(message);
    } catch (error) {
      // Of a listener to the handler's stream, and nobody would end the call.
      this.receiver.sendStatus(internalStatus());
      throw error;
    }
  }
}

/** The same functions for all calls, since each would take memory. */
function onData(this: Innermost, data: Buffer): void {
  this.decoder.onData(data);
}

function onEnd(this: Innermost): void {
  this.decoder.onEnd();
}
