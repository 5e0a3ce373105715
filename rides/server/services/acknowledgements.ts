import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Group } from "../../storage/storage.ts";
import type { UploadedPositions, UploadPositions } from "../../wire/v1/upload.ts";

/** Acknowledges what is stored: only the newest sequence, if the client does not read them all. */
export class Acknowledgements {
  #group: { readonly group: Group; sequence: number } | undefined;
  #waiting: number | undefined;
  #blocked = false;
  #failed = false;

  constructor(
    private readonly call: ServerDuplexStream<UploadPositions, UploadedPositions>,
  ) {
    call.on("drain", () => {
      this.#blocked = false;
      this.flush();
    });
  }

  /** Acknowledges `sequence` when `group` is stored; of several in a group the last. */
  after(group: Group, sequence: number): void {
    if (this.#group?.group === group) {
      this.#group.sequence = sequence;
      return;
    }
    const own = this.#group = { group, sequence };
    group.stored.then(() => this.#acknowledge(own.sequence), () => {
      // Groups are stored in order, and nothing after one that failed may be acknowledged.
      this.#failed = true;
    });
  }

  #acknowledge(sequence: number): void {
    if (this.#failed) return;
    this.#waiting = sequence;
    if (!this.#blocked) this.flush();
  }

  /** Sends what waits for the client to read, as the call ends. */
  flush(): void {
    if (this.#waiting === undefined) return;
    this.#blocked = !this.call.write({ committedSequence: this.#waiting });
    this.#waiting = undefined;
  }
}
