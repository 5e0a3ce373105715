import type { Commit } from "../domain/commit.ts";
import { Unavailable } from "../domain/failure.ts";
import type { Fix, StoredFix } from "../domain/fix.ts";
import type { Person } from "../domain/person.ts";
import type { Ride, RideChange, ValidRideRequest } from "../domain/ride.ts";
import { StorageError } from "./errors.ts";
import { FixColumns } from "./fix_columns.ts";
import { GroupQueue } from "./group_queue.ts";
import { readCommit } from "./journal_codec.ts";
import type { ResolvedStorageOptions } from "./options.ts";
import type {
  Command,
  GroupRequest,
  Opened,
  Operation,
  Operations,
  SentCommit,
} from "./requests.ts";
import type {
  Group,
  ListedRides,
  RideFilter,
  RidePlace,
  Storage,
  StorageStats,
  StorageStatus,
} from "./storage.ts";
import { Recovery } from "./recovery.ts";
import { Retention } from "./retention.ts";
import type { Threads } from "./threads.ts";

/** How many latest fixes come in one piece. */
const LATEST_PIECE = 1_000;

/** A store in SQLite, which works in its own threads: this is the callers' side. */
export class SqliteStorage implements Storage {
  readonly id: string;
  readonly #threads: Threads;
  readonly #lock: Disposable | undefined;
  readonly #options: ResolvedStorageOptions;
  readonly #queue: GroupQueue;
  readonly #commitListeners: ((commit: Commit) => void)[] = [];
  readonly #statusListeners: ((status: StorageStatus) => void)[] = [];
  #lastSequence: number;
  readonly #recovery: Recovery;
  readonly #retention: Retention | undefined;
  #closed: Promise<void> | undefined;

  /**
   * @param file for the log
   * @param threads which have the file open, and belong to it from now on
   * @param lock is let go of at the end
   */
  constructor(
    file: string,
    { id, lastSequence }: Opened,
    threads: Threads,
    lock: Disposable | undefined,
    options: ResolvedStorageOptions,
  ) {
    this.id = id;
    this.#threads = threads;
    this.#lock = lock;
    this.#options = options;
    this.#lastSequence = lastSequence;
    this.#queue = new GroupQueue(
      (group) => this.#write(group),
      (commit) => this.#tell(commit),
      options,
    );
    this.#recovery = new Recovery(
      file,
      () => this.#look(),
      () => this.#reopen(),
      (status) => this.#changeStatus(status),
      options.log,
    );
    this.#retention = options.retentionMs === Infinity ? undefined : new Retention(
      options.retentionMs,
      options.now,
      (beforeMs, restart) => this.#prune(beforeMs, restart),
    );
  }

  get isWorking(): boolean {
    return this.#threads.areWorking;
  }

  get status(): StorageStatus {
    return this.#recovery.status;
  }

  onStatus(listener: (status: StorageStatus) => void): void {
    this.#statusListeners.push(listener);
  }

  onCommit(listener: (commit: Commit) => void): void {
    this.#commitListeners.push(listener);
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  async journal(after: number): Promise<readonly Commit[]> {
    return (await this.#read("journal", { after })).map(readCommit);
  }

  async *latestFixes(): AsyncGenerator<readonly StoredFix[]> {
    for (let carId = 0n;;) {
      const piece = await this.#read("latestFixes", { carId, limit: LATEST_PIECE });
      const fixes = FixColumns.of(piece).toFixes();
      const last = fixes.at(-1);
      if (!last) return;
      yield fixes;
      carId = last.carId;
    }
  }

  stats(): Promise<StorageStats> {
    return this.#read("stats", null);
  }

  createRide(ride: ValidRideRequest, requestId: string): Promise<Ride> {
    return this.#run({ kind: "createRide", ride, requestId, nowMs: this.#options.now() });
  }

  startRide(ride: ValidRideRequest, startMs: number | undefined): Promise<Ride> {
    const nowMs = this.#options.now();
    return this.#run({ kind: "startRide", ride, startMs: startMs ?? nowMs, nowMs });
  }

  changeRide(id: string, change: RideChange, revision?: number): Promise<Ride> {
    return this.#run({ kind: "changeRide", id, change, revision, nowMs: this.#options.now() });
  }

  getRide(id: string): Promise<Ride> {
    return this.#read("getRide", id);
  }

  listRides(filter: RideFilter, limit: number, after?: RidePlace): Promise<ListedRides> {
    return this.#read("listRides", { filter, limit, after });
  }

  findOrRegister(name: string): Promise<Person> {
    return this.#run({ kind: "findOrRegister", name });
  }

  get room(): Promise<void> | undefined {
    return this.#queue.room;
  }

  put(fix: Fix): Group {
    return this.#queue.put(fix);
  }

  async listFixes(
    carId: bigint,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<FixColumns> {
    return FixColumns.of(await this.#read("listFixes", { carId, fromMs, toMs, limit }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closed ??= this.#close();
  }

  /** A command answers with the type that its method declares. */
  #run<Answer extends Ride | Person>(command: Command): Promise<Answer> {
    return this.#queue.run(command) as Promise<Answer>;
  }

  async #write(group: GroupRequest): Promise<Operations["write"]["answers"]> {
    try {
      return await this.#threads.writer.call("write", group, [group.fixes.buffer]);
    } catch (error) {
      throw this.#toFailure(error);
    }
  }

  /** Deletes some old data; returns whether there may be more. */
  async #prune(beforeMs: number, restart: boolean): Promise<boolean> {
    if (this.status.kind === "failing") return false;
    try {
      return await this.#threads.writer.call("prune", { beforeMs, restart });
    } catch (error) {
      const { message } = this.#toFailure(error);
      this.#options.log("error", "old positions cannot be deleted", { reason: message });
      return false;
    }
  }

  async #read<Name extends Operation>(
    operation: Name,
    takes: Operations[Name]["takes"],
  ): Promise<Operations[Name]["answers"]> {
    if (this.status.kind === "failing" || this.#closed) throw unavailable();
    try {
      return await this.#threads.reader.call(operation, takes);
    } catch (error) {
      throw this.#toFailure(error);
    }
  }

  /** The error for the callers. An error of the file puts the store into the failing state. */
  #toFailure(error: unknown): Error {
    if (!(error instanceof StorageError)) return error as Error;
    this.#recovery.fail(error.message);
    return unavailable();
  }

  #tell(sent: SentCommit): void {
    this.#lastSequence = sent.sequence;
    if (this.#commitListeners.length === 0) return;
    const commit = readCommit(sent);
    for (const listener of this.#commitListeners) {
      try {
        listener(commit);
      } catch (error) {
        const stack = error instanceof Error ? error.stack : Deno.inspect(error);
        this.#options.log("error", "a listener to commits failed", { stack });
      }
    }
  }

  #changeStatus(status: StorageStatus): void {
    if (status.kind === "failing") this.#queue.refuse(unavailable);
    else this.#queue.accept();
    for (const listener of this.#statusListeners) listener(status);
  }

  /** @throws {StorageError} if the file is no longer there */
  async #look(): Promise<void> {
    await this.#threads.writer.call("look", null);
  }

  /**
   * Opens the file again, and tests it.
   *
   * @throws {StorageError} if it cannot be used
   */
  async #reopen(): Promise<void> {
    const lastSequence = this.#lastSequence;
    const opened = await this.#threads.reopen({ id: this.id, lastSequence });
    if (opened.lastSequence <= lastSequence) return;
    // A commit was made although SQLite could not confirm it.
    for (const commit of await this.#threads.reader.call("journal", { after: lastSequence })) {
      this.#tell(commit);
    }
  }

  async #close(): Promise<void> {
    await this.#retention?.end();
    await this.#recovery.end();
    await this.#queue.drained();
    this.#queue.refuse(unavailable);
    await this.#threads.end();
    this.#lock?.[Symbol.dispose]();
  }
}

/** What callers are told; the log says why. */
function unavailable(): Unavailable {
  return new Unavailable("The store cannot be used at the moment; try again later");
}
