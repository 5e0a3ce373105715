/** What the threads of a store say to each other. */
import type { Person } from "../domain/person.ts";
import type { Ride, RideChange, ValidRideRequest } from "../domain/ride.ts";
import type { TransferredColumns } from "./fix_columns.ts";
import type { ListedRides, RideFilter, RidePlace, StorageStats } from "./storage.ts";

/** How a thread opens its file. */
export interface OpenRequest {
  /** The path, or `:memory:`. */
  readonly file: string;
  /** Whether it only reads. */
  readonly readOnly: boolean;
  /** Whether a file that is not there is made. */
  readonly create: boolean;
  /** The id that the store must have; none: any. */
  readonly id?: string;
  /** The last commit that was reported: later ones have higher sequences. */
  readonly lastSequence: number;
  /** How many bytes of {@linkcode Storage.journal} are kept. */
  readonly journalBytes: number;
}

/** What was found in an opened file. */
export interface Opened {
  readonly id: string;
  readonly lastSequence: number;
}

/** A change of what is stored, by one caller. */
export type Command =
  | {
    readonly kind: "createRide";
    readonly ride: ValidRideRequest;
    readonly requestId: string;
    readonly nowMs: number;
  }
  | {
    readonly kind: "startRide";
    readonly ride: ValidRideRequest;
    readonly startMs: number;
    readonly nowMs: number;
  }
  | {
    readonly kind: "changeRide";
    readonly id: string;
    readonly change: RideChange;
    readonly revision: number | undefined;
    readonly nowMs: number;
  }
  | { readonly kind: "findOrRegister"; readonly name: string };

/** How a command ended. */
export type CommandResult =
  | { readonly kind: "done"; readonly value: Ride | Person }
  | { readonly kind: "failed"; readonly error: SentError };

/** What is committed together. */
export interface GroupRequest {
  readonly fixes: TransferredColumns;
  readonly commands: readonly Command[];
}

/** A group that is on the disk. */
export interface GroupResult {
  /** The columns, to be used again. */
  readonly fixes: TransferredColumns;
  /** One for each command. */
  readonly results: readonly CommandResult[];
  /** What there is to watch; none if nothing changed. */
  readonly commit: SentCommit | undefined;
}

/** What is to be deleted. */
export interface PruneRequest {
  /** What is older than this. */
  readonly beforeMs: number;
  /** Whether to begin with the first car, instead of continuing. */
  readonly restart: boolean;
}

/** A commit as the journal has it; see `journal_codec.ts`. */
export interface SentCommit {
  readonly sequence: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The requests to a thread by name: what each takes and answers. */
export interface Operations {
  open: { takes: OpenRequest; answers: Opened };
  /** Finds out whether the open file is still the one that its name refers to. */
  look: { takes: null; answers: null };
  /** Writes something, and does again what failed last, to see whether that works. */
  probe: { takes: null; answers: null };
  write: { takes: GroupRequest; answers: GroupResult };
  /** Deletes some of what is older than `beforeMs`; answers whether there may be more. */
  prune: { takes: PruneRequest; answers: boolean };
  getRide: { takes: string; answers: Ride };
  listRides: {
    takes: { filter: RideFilter; limit: number; after: RidePlace | undefined };
    answers: ListedRides;
  };
  listFixes: {
    takes: { carId: bigint; fromMs: number; toMs: number; limit: number };
    answers: TransferredColumns;
  };
  /** The latest fixes of up to `limit` cars with numbers above `carId`, by their numbers. */
  latestFixes: { takes: { carId: bigint; limit: number }; answers: TransferredColumns };
  journal: { takes: { after: number }; answers: SentCommit[] };
  stats: { takes: null; answers: StorageStats };
  close: { takes: null; answers: null };
}

export type Operation = keyof Operations;

/** A request, with the number that its answer will have. */
export type Request = {
  [Name in Operation]: {
    readonly id: number;
    readonly operation: Name;
    readonly takes: Operations[Name]["takes"];
  };
}[Operation];

/** The answer to a request. */
export type Response =
  | { readonly id: number; readonly kind: "done"; readonly value: unknown }
  | { readonly id: number; readonly kind: "failed"; readonly error: SentError };

/** An error on its way to another thread. */
export type SentError =
  /** A failure of the domain, by the name of its class. */
  | { readonly kind: "failure"; readonly name: string; readonly message: string }
  /** The file cannot be used. */
  | { readonly kind: "problem"; readonly message: string }
  /** A fault of ours. */
  | { readonly kind: "bug"; readonly stack: string };
