import type { Change } from "../../../rides/domain/commit.ts";
import type { Failure } from "../../../rides/domain/failure.ts";
import type { Feed } from "../../../rides/live/feed.ts";
import type { Watcher } from "../../../rides/live/watcher.ts";
import type { WatchSink } from "../../../rides/live/watch_sink.ts";
import { watchCarsEventsCodec, watchRideEventsCodec } from "../../../rides/wire/v1/watch.ts";

/** A response, as a reader got it. */
export interface Got {
  readonly events: readonly Change[];
  readonly resumeToken: string;
  readonly snapshotComplete?: boolean;
}

/** How a watch is begun. */
export type Begin = (feed: Feed, token: string, sink: WatchSink) => Watcher | Promise<Watcher>;

/** Whoever watches, with the patience that a test gives it, and goes on with its watch when told to. */
export class Reader {
  /** What it has handled, of all its watches one after the other. */
  readonly #handled: Got[] = [];
  /** What has come since it resumed. */
  #got: Got[] = [];
  #stalled = false;
  #taken: (() => void) | undefined;
  #watcher: Watcher | undefined;
  /** How the present watch ended: with what, or with undefined for OK. */
  ended: { readonly failure: Failure | undefined } | undefined;

  constructor(private readonly begin: Begin, private readonly kind: "cars" | "ride" = "cars") {}

  /** Everything that came and was not lost. */
  get responses(): readonly Got[] {
    return [...this.#handled, ...this.#got];
  }

  get events(): readonly Change[] {
    return this.responses.flatMap(({ events }) => events);
  }

  /** Watches from behind what it has handled. */
  async watch(feed: Feed): Promise<void> {
    this.ended = undefined;
    const got: Got[] = this.#got = [];
    const isPresent = () => this.#got === got;
    const codec = this.kind === "cars" ? watchCarsEventsCodec : watchRideEventsCodec;
    const end = (failure?: Failure) => {
      if (isPresent()) this.ended = { failure };
    };
    this.#watcher = await this.begin(feed, this.#handled.at(-1)?.resumeToken ?? "", {
      write: (message, taken) => {
        got.push(codec.decode(message));
        if (this.#stalled && isPresent()) this.#taken = taken;
        else queueMicrotask(taken);
      },
      end,
      cut: end,
    });
  }

  /**
   * Loses its connection, with all but the first `handled` of the responses that came on it; never the
   * very first, without which it would have nothing to resume by.
   */
  leave(handled = Infinity): void {
    this.#watcher?.close();
    const least = this.#handled.length === 0 ? 1 : 0;
    this.#handled.push(...this.#got.slice(0, Math.max(handled, least)));
    this.#got = [];
    this.#taken = undefined;
  }

  stall(): void {
    this.#stalled = true;
  }

  goOn(): void {
    this.#stalled = false;
    this.#taken?.();
    this.#taken = undefined;
  }
}
