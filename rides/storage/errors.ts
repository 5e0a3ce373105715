import {
  Aborted,
  AlreadyExists,
  FailedPrecondition,
  type Failure,
  NotFound,
  OutOfRange,
  ResourceExhausted,
} from "../domain/failure.ts";
import type { SentError } from "./requests.ts";

/** A store cannot be opened or used: what happened, why, and what to do. */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

/** The failures of commands and reads of a store, by name. */
const FAILURES: Readonly<Record<string, new (message: string) => Failure>> = {
  NotFound,
  AlreadyExists,
  FailedPrecondition,
  Aborted,
  OutOfRange,
  ResourceExhausted,
};

/** An error as it is sent to another thread. */
export function toSentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { kind: "bug", stack: Deno.inspect(error) };
  const { name, message } = error;
  if (FAILURES[name]) return { kind: "failure", name, message };
  if (error instanceof StorageError || isSqliteError(error)) return { kind: "problem", message };
  return { kind: "bug", stack: error.stack ?? message };
}

/** The error that another thread sent. */
export function fromSentError(error: SentError): Error {
  if (error.kind === "problem") return new StorageError(error.message);
  if (error.kind === "bug") return new Error(`A thread of the store failed: ${error.stack}`);
  const Class = FAILURES[error.name];
  return Class ? new Class(error.message) : new Error(error.message);
}

/**
 * Whether the error comes from SQLite itself. Deno does not pass on its code, but in a thread that does
 * nothing else every such error means that the file cannot be used.
 */
function isSqliteError(error: Error): boolean {
  return "code" in error && error.code === "ERR_SQLITE_ERROR";
}
