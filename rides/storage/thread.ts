import { fromSentError, StorageError } from "./errors.ts";
import type { Operation, Operations, Response } from "./requests.ts";

/** Who waits for the answer to a request. */
interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that does the work of a store. If it crashes, the next request starts another one. */
export class Thread {
  readonly #module: URL;
  #worker: Worker | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiter>();

  /** @param module what it runs; default `worker.ts` */
  constructor(module = new URL("./worker.ts", import.meta.url)) {
    this.#module = module;
  }

  /** @throws {StorageError} if the file cannot be used, or the thread is gone */
  call<Name extends Operation>(
    operation: Name,
    takes: Operations[Name]["takes"],
    transferred: ArrayBuffer[] = [],
  ): Promise<Operations[Name]["answers"]> {
    const worker = this.#worker ??= this.#start();
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    worker.postMessage({ id, operation, takes }, transferred);
    // The thread answers with what `Operations` says.
    return answer as Promise<Operations[Name]["answers"]>;
  }

  /** Ends it; whoever waits is told that it is gone. */
  terminate(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#failAll("the store was closed");
  }

  #start(): Worker {
    const worker = new Worker(this.#module, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Response>) => this.#settle(data);
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
    const waiter = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (response.kind === "done") waiter?.resolve(response.value);
    else waiter?.reject(fromSentError(response.error));
  }

  #failAll(reason: string): void {
    const waiters = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiters) reject(new StorageError(reason));
  }
}
