import { CommanderError } from "commander";
import { CallFailure } from "../client/call_failure.ts";
import { LineError } from "../client/position_lines.ts";
import { SpoolError } from "../client/upload/spool_file.ts";
import { Failure, InvalidArgument, type Violation } from "../domain/failure.ts";
import { AuthFileError } from "../server/auth/auth_file.ts";
import { ListenError } from "../server/errors.ts";
import { StorageError } from "../storage/mod.ts";
import { TlsFileError } from "../tls/load.ts";
import { printable } from "../wire/printable.ts";
import { OutputError, type OutputFormat, tell } from "./output.ts";
import { exitCodeOf, type SignalName, type Signals } from "./signals.ts";
import { VariableError } from "./variables.ts";

/** A command that was called the wrong way; the message says what is right. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /** @param others what else is wrong; default nothing */
  constructor(message: string, readonly others: readonly string[] = []) {
    super(message);
  }
}

/** A command that could not do its work; the message says why, and what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** A command that a signal ended early; it has already printed what there was to say. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(readonly signal: SignalName) {
    super(signal);
  }
}

/**
 * What the work comes to, unless a signal comes first.
 *
 * @throws {Interrupted} if one does; what the work has begun goes on
 */
export function unlessInterrupted<Result>(
  signals: Pick<Signals, "first">,
  work: Promise<Result>,
): Promise<Result> {
  const interrupted = signals.first.then((signal) => Promise.reject(new Interrupted(signal)));
  return Promise.race([work, interrupted]);
}

/** A server that had to cut calls when it ended; its log has said so. */
export class NotDrained extends Error {
  override readonly name = "NotDrained";
}

/** The codes that the program exits with. */
const EXIT = {
  failure: 1,
  usage: 2,
  /** Of `rides serve`: calls had to be cut when the grace was over. */
  notDrained: 3,
  /** Added to the gRPC code of a call that failed, as grpcurl does. */
  call: 64,
} as const;

/** Writes a failure to stderr, and says with which code to exit. */
export function report(error: unknown, format: OutputFormat): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // A command is missing: a person gets the help, but a program needs an error.
    const message = "a command is missing (--help shows which there are)";
    if (format === "json") tell(JSON.stringify({ error: toJson(error, message, []) }));
    return EXIT.usage;
  }
  if (error instanceof Interrupted) return exitCodeOf(error.signal);
  if (error instanceof NotDrained) return EXIT.notDrained;
  const { message, violations } = describe(error);
  const others = error instanceof UsageError ? error.others : [];
  if (format === "json") {
    tell(JSON.stringify({ error: toJson(error, [message, ...others].join("; "), violations) }));
  } else {
    // The server chooses the text of its failures; a stack is ours, and has many lines.
    tell(isExpected(error) ? printable(message) : message);
    for (const { field, reason } of violations.slice(1)) {
      tell(printable(`  also ${field}: ${reason}`));
    }
    for (const other of others) tell(printable(other));
  }
  if (error instanceof CallFailure) return EXIT.call + error.code;
  return error instanceof UsageError || error instanceof VariableError ? EXIT.usage : EXIT.failure;
}

function describe(error: unknown): { message: string; violations: readonly Violation[] } {
  if ([CallFailure, InvalidArgument, LineError].some((type) => error instanceof type)) {
    return error as CallFailure | InvalidArgument | LineError;
  }
  if (isExpected(error)) return { message: error.message, violations: [] };
  // A bug: a report of it needs the stack.
  const message = `Unexpected: ${error instanceof Error ? error.stack : Deno.inspect(error)}`;
  return { message, violations: [] };
}

function isExpected(error: unknown): error is Error {
  return [
    UsageError,
    VariableError,
    CommandError,
    OutputError,
    CallFailure,
    LineError,
    SpoolError,
    ListenError,
    AuthFileError,
    StorageError,
    TlsFileError,
    Failure,
  ].some((type) => error instanceof type);
}

function toJson(error: unknown, message: string, violations: readonly Violation[]): object {
  return error instanceof CallFailure
    ? { status: error.status, code: error.code, message: error.reason, violations }
    : { message, violations };
}
