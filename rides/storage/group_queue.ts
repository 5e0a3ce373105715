import { setImmediate } from "node:timers";
import type { StoreObserver } from "../domain/observers.ts";
import type { Fix } from "../domain/fix.ts";
import { FixColumns } from "./fix_columns.ts";
import type { Command, GroupRequest, GroupResult, SentCommit } from "./requests.ts";
import { fromSentError } from "./errors.ts";
import type { ResolvedStorageOptions } from "./options.ts";
import type { Group } from "./storage.ts";

/** How long a fix waits for others. A command waits only for the group before it. */
const GATHER_MS = 5;

/** The most fixes in one group; a full one does not wait for others. */
const MAX_ROWS = 2_000;

/** With more fixes than this pending, commands go alone, since somebody waits for each of them. */
const FEW_ROWS = 500;

/** How many buffers are kept to be used again. */
const SPARE_BUFFERS = 4;

/**
 * With this many fixes pending there is no {@linkcode GroupQueue.room} until a group of them is gone: one is
 * being written, and the next is ready for when that is done. With more room, the callers' thread would take
 * all of it without a pause, and whoever starts a ride would wait for that, twice.
 */
const FULL_ROWS = 3 * MAX_ROWS;

/** Somebody who waits for a command. */
interface Waiter {
  readonly command: Command;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Fixes that gather, or wait, or are being written. */
class Gathering implements Group {
  readonly #settled = Promise.withResolvers<void>();
  readonly stored: Promise<void> = this.#settled.promise;

  constructor(readonly fixes: FixColumns) {
    // Whoever put a fix may be gone before it is stored, so a rejection may be unhandled.
    this.stored.catch(() => {});
  }

  resolve(): void {
    this.#settled.resolve();
  }

  reject(error: Error): void {
    this.#settled.reject(error);
  }
}

/**
 * Gathers what many callers want written into groups, one of which is written at a time. What comes in the
 * meantime becomes the next group.
 */
export class GroupQueue {
  readonly #write: (group: GroupRequest) => Promise<GroupResult>;
  readonly #onCommit: (commit: SentCommit) => void;
  readonly #observer: StoreObserver;
  readonly #now: () => number;
  /** Those that are full, in their order. */
  readonly #full: Gathering[] = [];
  #gathering: Gathering | undefined;
  /** Whether what gathers has waited long enough. */
  #due = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #commands: Waiter[] = [];
  /** Whether the last group had only commands: the next one has fixes, so that neither starves the other. */
  #wereAlone = false;
  readonly #spare: ArrayBuffer[] = [];
  #soon = false;
  #rows = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #writing: Promise<void> | undefined;
  /** Why nothing is taken. */
  #refusal: (() => Error) | undefined;

  /**
   * @param write writes a group; if it rejects, so does everybody in the group
   * @param onCommit is called before anybody is told that the commit was made
   */
  constructor(
    write: (group: GroupRequest) => Promise<GroupResult>,
    onCommit: (commit: SentCommit) => void,
    { observer, now }: Pick<ResolvedStorageOptions, "observer" | "now">,
  ) {
    this.#write = write;
    this.#onCommit = onCommit;
    this.#observer = observer;
    this.#now = now;
  }

  /** See {@linkcode Storage.room}. */
  get room(): Promise<void> | undefined {
    return this.#room?.promise;
  }

  /** Adds a fix to the group that gathers. */
  put(fix: Fix): Group {
    if (this.#refusal) return refusedGroup(this.#refusal());
    const group = this.#gathering ??= this.#begin();
    group.fixes.push(fix, this.#now());
    if (++this.#rows === FULL_ROWS) this.#room ??= Promise.withResolvers();
    if (group.fixes.rows === MAX_ROWS) {
      this.#full.push(group);
      this.#endGathering();
      this.#next();
    }
    return group;
  }

  /** Runs a command, in the next group. */
  run(command: Command): Promise<unknown> {
    if (this.#refusal) return Promise.reject(this.#refusal());
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#commands.push({ command, resolve, reject });
    });
    if (!this.#soon && !this.#writing) {
      this.#soon = true;
      // Not at once, so that others of this turn join it.
      setImmediate(() => {
        this.#soon = false;
        this.#next();
      });
    }
    return answer;
  }

  /** From now on nothing is accepted, and what is pending is refused. */
  refuse(error: () => Error): void {
    this.#refusal = error;
    const groups = this.#full.splice(0);
    if (this.#gathering) groups.push(this.#gathering);
    this.#endGathering();
    for (const group of groups) {
      this.#rows -= group.fixes.rows;
      group.reject(error());
    }
    for (const { reject } of this.#commands.splice(0)) reject(error());
    this.#observeQueue();
  }

  /** Takes again. */
  accept(): void {
    this.#refusal = undefined;
  }

  /** Resolves when all that was taken is written or refused. */
  async drained(): Promise<void> {
    for (;;) {
      this.#due = true;
      this.#next();
      if (!this.#writing) return;
      await this.#writing;
    }
  }

  #begin(): Gathering {
    this.#timer = setTimeout(() => {
      this.#due = true;
      this.#next();
    }, GATHER_MS);
    return new Gathering(new FixColumns(MAX_ROWS, this.#spare.pop()));
  }

  #endGathering(): void {
    clearTimeout(this.#timer);
    this.#gathering = undefined;
    this.#due = false;
  }

  /** Writes the next group, if there is one and none is being written. */
  #next(): void {
    if (this.#writing) return;
    const commands = this.#commands;
    const group = this.#takeGroup(commands.length > 0);
    if (!group && commands.length === 0) return;
    this.#commands = [];
    this.#wereAlone = group === undefined;
    const written = group ?? new Gathering(new FixColumns(0));
    this.#writing = this.#writeGroup(written, commands).finally(() => {
      this.#writing = undefined;
      this.#next();
    });
  }

  /** The fixes to be written next, if any; with commands they need not be due. */
  #takeGroup(withCommands: boolean): Gathering | undefined {
    const next = this.#full[0] ?? this.#gathering;
    if (!next) return undefined;
    if (withCommands && !this.#wereAlone && next.fixes.rows > FEW_ROWS) return undefined;
    if (next !== this.#gathering) return this.#full.shift();
    if (!this.#due && !withCommands) return undefined;
    this.#endGathering();
    return next;
  }

  async #writeGroup(group: Gathering, waiters: readonly Waiter[]): Promise<void> {
    const startMs = performance.now();
    const { rows } = group.fixes;
    this.#observeQueue();
    try {
      const commands = waiters.map(({ command }) => command);
      const request = { fixes: group.fixes.transferred, commands };
      const { fixes, results, commit } = await this.#write(request);
      if (rows > 0 && this.#spare.length < SPARE_BUFFERS) this.#spare.push(fixes.buffer);
      this.#observer.onCommit((performance.now() - startMs) / 1_000, rows + commands.length);
      if (commit) this.#onCommit(commit);
      results.forEach((result, index) => {
        if (result.kind === "done") waiters[index]?.resolve(result.value);
        else waiters[index]?.reject(fromSentError(result.error));
      });
      group.resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error as Error);
      group.reject(error as Error);
    }
    this.#rows -= rows;
    this.#observeQueue();
  }

  #observeQueue(): void {
    this.#observer.onQueue(this.#rows + this.#commands.length);
    if (this.#room && this.#rows <= FULL_ROWS - MAX_ROWS) {
      this.#room.resolve();
      this.#room = undefined;
    }
  }
}

function refusedGroup(error: Error): Group {
  const stored = Promise.reject(error);
  stored.catch(() => {});
  return { stored };
}
