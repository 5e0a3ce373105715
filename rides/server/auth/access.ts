import type { Metadata } from "@grpc/grpc-js";
import { type Failure, PermissionDenied, Unauthenticated } from "../../domain/failure.ts";
import { FileWatch } from "../../files/file_watch.ts";
import { fromHeader } from "../../wire/bearer.ts";
import { statusOf } from "../../wire/status.ts";
import type { CallGate } from "../interceptors/call_gate.ts";
import type { Call, Interceptor } from "../interceptors/chain.ts";
import type { Log } from "../log.ts";
import type { Caller } from "./caller.ts";
import { Callers } from "./callers.ts";
import { METHOD_SCOPES, type Requirement } from "./method_scopes.ts";
import type { AuthOptions } from "./options.ts";
import { digestOf } from "./tokens.ts";
import { readTokens } from "./tokens_file.ts";

const AUTHORIZATION = "authorization";

/**
 * Finds out who makes a call (UNAUTHENTICATED where nobody is known) and whether that caller may
 * (PERMISSION_DENIED where not), at its start and, for the calls that run, whenever a file has changed.
 */
export class Access implements Interceptor, AsyncDisposable {
  readonly #tokens = new Callers();
  readonly #requirements: ReadonlyMap<string, Requirement>;
  readonly #gate: CallGate;
  readonly #log: Log;
  readonly #watches: FileWatch[] = [];

  private constructor({ methods }: AuthOptions, gate: CallGate, log: Log) {
    this.#requirements = new Map(Object.entries({ ...METHOD_SCOPES, ...methods }));
    this.#gate = gate;
    this.#log = log;
  }

  /**
   * Reads the files, and begins to watch them.
   *
   * @param gate knows the calls that run
   * @throws {AuthFileError} if a file cannot be used
   */
  static async open(options: AuthOptions, gate: CallGate, log: Log): Promise<Access> {
    const access = new Access(options, gate, log);
    try {
      if (options.tokensFile !== undefined) await access.#openTokens(options.tokensFile);
      return access;
    } catch (error) {
      await access[Symbol.asyncDispose]();
      throw error;
    }
  }

  onRequest(call: Call, metadata: Metadata): void {
    const required = this.#requirements.get(call.path) ?? "admin";
    if (required === "public") return;
    const caller = this.#callerOf(metadata);
    const refusal = caller instanceof Unauthenticated ? caller : refusalOf(caller, required, call);
    if (!(caller instanceof Unauthenticated)) call.caller = caller;
    if (refusal) call.sendStatus(statusOf(refusal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watch of this.#watches) await watch[Symbol.asyncDispose]();
  }

  async #openTokens(file: string): Promise<void> {
    const load = async () => this.#tokens.replace(await readTokens(file));
    this.#watches.push(await FileWatch.start([file], () => this.#reload(file, load)));
    await load();
  }

  /** A file that is wrong changes nothing: who had access keeps it, and the log says what to mend. */
  async #reload(file: string, load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (error) {
      const reason = (error as Error).message;
      this.#log("error", "kept who may call, since the new file cannot be used", { file, reason });
      return;
    }
    const ended = this.#gate.endWhere((call) => this.#refusalOfRunning(call));
    this.#log("info", "read again who may call", { file, ended_calls: ended });
  }

  #refusalOfRunning(call: Call) {
    const { caller, path } = call;
    const required = this.#requirements.get(path) ?? "admin";
    const refusal = caller && refusalOf(caller, required, call);
    return refusal && statusOf(refusal);
  }

  /**
   * Who a request comes from.
   *
   * A token is looked up by its digest, and never compared itself. How long the look-up takes can depend
   * on how much of the digest is that of another token, but whoever could measure that would learn bits
   * of a digest, from which no token follows: those have 256 bits of randomness.
   */
  #callerOf(metadata: Metadata): Caller | Unauthenticated {
    const sent = metadata.get(AUTHORIZATION);
    // From here on nobody can write it into a log by mistake.
    metadata.remove(AUTHORIZATION);
    if (sent.length === 0) {
      return new Unauthenticated("no credential; send a token as `authorization: Bearer TOKEN`");
    }
    // A value that is no text belongs to a key with another name (`-bin`).
    const token = sent.length === 1 ? fromHeader(`${sent[0]}`) : undefined;
    if (token === undefined) {
      return new Unauthenticated("the credential has to be one `authorization: Bearer TOKEN`");
    }
    return this.#tokens.find(digestOf(token)) ??
      new Unauthenticated("this server does not know the token");
  }
}

/** Why the caller may not make the call; undefined where it may. */
function refusalOf(caller: Caller, required: Requirement, { path }: Call): Failure | undefined {
  if (caller.isWithdrawn) return new Unauthenticated("the credential was withdrawn");
  if (required === "public" || required === "authenticated" || caller.covers(required)) return;
  return new PermissionDenied(`${caller.name} needs the scope ${required} to call ${path}`);
}
