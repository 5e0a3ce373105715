import type { DatabaseSync } from "node:sqlite";
import type { Ride } from "../../domain/ride.ts";
import type { Person } from "../../domain/person.ts";
import { toSentError } from "../errors.ts";
import { FixColumns } from "../fix_columns.ts";
import { CommitWriter } from "../journal_codec.ts";
import type {
  Command,
  CommandResult,
  GroupRequest,
  GroupResult,
  OpenRequest,
  PruneRequest,
  SentCommit,
} from "../requests.ts";
import { CarStates } from "./car_state.ts";
import type { FileIdentity } from "./file_identity.ts";
import { FixWriter } from "./fix_writer.ts";
import { Journal } from "./journal.ts";
import { Persons } from "./persons.ts";
import { Positions } from "./positions.ts";
import { Pruner } from "./pruner.ts";
import { RideCommands } from "./ride_commands.ts";
import { Rides } from "./rides.ts";
import { StoreTable } from "./store_table.ts";

/**
 * After how many fixes the write-ahead log is checkpointed, which blocks the writer: after 20 full groups for
 * 6 ms with a few cars, and for 12 with 200. Counted in fixes and not in bytes, since the last page of a car
 * is logged with each of its groups, but checkpointed once. By bytes (64 MiB), a few cars blocked the writer
 * for 70 ms, and with fewer bytes a thousand cars were stored more slowly.
 */
const CHECKPOINT_FIXES = 40_000;

/** Writes groups, each in one transaction. */
export class Writer {
  readonly #database: DatabaseSync;
  readonly #store: StoreTable;
  readonly #journal: Journal;
  readonly #persons: Persons;
  readonly #fixes: FixWriter;
  readonly #commands: RideCommands;
  readonly #pruner: Pruner;
  readonly #file: Pick<FileIdentity, "check">;
  readonly #commit = new CommitWriter();
  #lastSequence: number;
  /** How many fixes the log has gathered. */
  #fixesInLog = 0;

  /** @param file what is checked after each commit */
  constructor(
    database: DatabaseSync,
    { journalBytes, lastSequence }: Pick<OpenRequest, "journalBytes" | "lastSequence">,
    file: Pick<FileIdentity, "check">,
  ) {
    const positions = new Positions(database);
    const rides = new Rides(database);
    const states = new CarStates(positions, rides);
    this.#database = database;
    this.#file = file;
    this.#store = new StoreTable(database);
    this.#journal = new Journal(database, journalBytes);
    this.#persons = new Persons(database);
    this.#pruner = new Pruner(database, positions, this.#store);
    this.#fixes = new FixWriter(database, positions, rides, states, this.#pruner);
    this.#commands = new RideCommands(positions, rides, states);
    // A copy of the file that was put back may know less than watchers do.
    this.#lastSequence = Math.max(this.#store.read().lastSequence, lastSequence);
  }

  /**
   * Writes a group: when it returns, it is on the disk.
   *
   * @throws an error of SQLite, or of ours, with nothing of it written
   */
  write({ fixes, commands }: GroupRequest): GroupResult {
    const columns = FixColumns.of(fixes);
    const { results, commit } = this.#transaction(() => this.#apply(columns, commands));
    this.#lastSequence = commit?.sequence ?? this.#lastSequence;
    this.#file.check();
    this.#fixesInLog += columns.rows;
    return { fixes: columns.transferred, results, commit };
  }

  /** Checkpoints the write-ahead log, if that is due. */
  checkpoint(): void {
    if (this.#fixesInLog < CHECKPOINT_FIXES) return;
    this.#fixesInLog = 0;
    try {
      this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch {
      // It stays in the log until the next time. SQLite's own checkpoints fail as silently.
    }
  }

  /**
   * Deletes some of what is older than `beforeMs`, from the first car where `restart` says so.
   *
   * @returns whether there may be more
   */
  prune({ beforeMs, restart }: PruneRequest): boolean {
    if (restart) this.#pruner.restart();
    return this.#transaction(() => this.#pruner.step(beforeMs));
  }

  /** Writes something, to see whether that works. */
  probe(): void {
    this.#transaction(() => this.#store.update(this.#lastSequence, 0, 0));
  }

  /**
   * Writes a group and takes it back.
   *
   * @throws what {@linkcode write} would before its commit
   */
  rehearse({ fixes, commands }: GroupRequest): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#apply(FixColumns.of(fixes), commands);
    } finally {
      this.#rollBack();
    }
  }

  #apply(
    columns: FixColumns,
    commands: readonly Command[],
  ): Pick<GroupResult, "results" | "commit"> {
    this.#commit.clear();
    const results = commands.map((command) => this.#command(command));
    const added = this.#fixes.write(columns, this.#commit);
    const commit = this.#record();
    if (commit || added.positions > 0) {
      const sequence = commit?.sequence ?? this.#lastSequence;
      this.#store.update(sequence, added.cars, added.positions);
    }
    return { results, commit };
  }

  #transaction<Result>(work: () => Result): Result {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** Writes what there is to watch into the journal; none if nothing changed. */
  #record(): SentCommit | undefined {
    if (this.#commit.isEmpty) return undefined;
    const commit = { sequence: this.#lastSequence + 1, body: this.#commit.toBytes() };
    this.#journal.append(commit);
    return commit;
  }

  /** A command that fails leaves nothing behind, and does not fail the others in its group. */
  #command(command: Command): CommandResult {
    this.#database.exec("SAVEPOINT command");
    try {
      const value = this.#run(command);
      this.#database.exec("RELEASE command");
      return { kind: "done", value };
    } catch (error) {
      const sent = toSentError(error);
      if (sent.kind === "problem") throw error;
      this.#database.exec("ROLLBACK TO command; RELEASE command");
      // A failure comes before anything is changed; a bug may come at any point.
      if (sent.kind === "bug") this.#fixes.reset();
      return { kind: "failed", error: sent };
    }
  }

  #run(command: Command): Ride | Person {
    switch (command.kind) {
      case "createRide":
        return this.#commands.create(command, this.#commit);
      case "startRide":
        return this.#commands.start(command, this.#commit);
      case "changeRide":
        return this.#commands.change(command, this.#commit);
      case "findOrRegister":
        return this.#persons.findOrRegister(command.name);
    }
  }

  #rollBack(): void {
    this.#fixes.reset();
    try {
      // After some errors SQLite has already done so itself.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#journal.recount();
    } catch {
      // What made this necessary is reported, and the file is opened again.
    }
  }
}
