import { fromSentError, StorageError } from "./errors.ts";
import type { Operation, Operations, Response } from "./requests.ts";

/** Who waits for the answer to a request. */
interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread that does the work of a store, and begins to load at once. If it crashes, the next request starts
 * another one.
 */
export class Thread {
  readonly #module: URL;
  #worker: Worker | undefined;
  /**
   * By the id of the request. In a `Map` that is used for ever each table keeps the next alive, so that once a
   * collection has promoted one, all who wait are promoted, with their calls, until the next.
   */
  #waiting: (Waiter | undefined)[] = [];
  /** The ids that are free again. */
  #free: number[] = [];

  /** @param module what it runs; default `worker.ts` */
  constructor(module = new URL("./worker.ts", import.meta.url)) {
    this.#module = module;
    this.#worker = this.#start();
  }

  /** @throws {StorageError} if the file cannot be used, or the thread is gone */
  call<Name extends Operation>(
    operation: Name,
    takes: Operations[Name]["takes"],
    transferred: ArrayBuffer[] = [],
  ): Promise<Operations[Name]["answers"]> {
    const worker = this.#worker ??= this.#start();
    const id = this.#free.pop() ?? this.#waiting.length;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting[id] = { resolve, reject };
    });
    worker.postMessage({ id, operation, takes }, transferred);
    // The thread answers with what `Operations` says.
    return answer as Promise<Operations[Name]["answers"]>;
  }

  /** Whether it does what somebody waits for. */
  get isWorking(): boolean {
    return this.#free.length < this.#waiting.length;
  }

  /** Ends it; whoever waits is told that it is gone. */
  terminate(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#failAll("the store was closed");
  }

  #start(): Worker {
    const worker = new Worker(this.#module, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Response>) => {
      if (this.#worker === worker) this.#settle(data);
    };
    worker.onerror = (event) => {
      // Otherwise it would end the whole program.
      event.preventDefault();
      worker.terminate();
      if (this.#worker === worker) this.#worker = undefined;
      this.#failAll(`a thread of the store ended: ${event.message}`);
    };
    return worker;
  }

  #settle(response: Response): void {
    const waiter = this.#waiting[response.id];
    this.#waiting[response.id] = undefined;
    this.#free.push(response.id);
    if (response.kind === "done") waiter?.resolve(response.value);
    else waiter?.reject(fromSentError(response.error));
  }

  #failAll(reason: string): void {
    const waiters = this.#waiting;
    this.#waiting = [];
    this.#free = [];
    for (const waiter of waiters) waiter?.reject(new StorageError(reason));
  }
}
