import type { Metadata } from "@grpc/grpc-js";
import { type Failure, PermissionDenied, Unauthenticated } from "../../domain/failure.ts";
import type { Scope } from "../../domain/scope.ts";
import { statusOf } from "../../wire/status.ts";
import type { CallGate } from "../interceptors/call_gate.ts";
import type { Call, CallStatus, Interceptor } from "../interceptors/interceptor.ts";
import type { Fields, Log } from "../log.ts";
import { CallerList } from "./caller_list.ts";
import type { Caller } from "./caller.ts";
import { CertificateCallers } from "./certificate_callers.ts";
import { METHOD_SCOPES, type Requirement } from "./method_scopes.ts";
import type { AuthOptions } from "./options.ts";
import { TokenCallers } from "./token_callers.ts";
import { parseDigest } from "./tokens.ts";

const AUTHORIZATION = "authorization";

const MISSING_TOKEN = "no credential; send a token as `authorization: Bearer TOKEN`";

/** The lists of those who may call a server, which can be reloaded while it runs. */
export interface CallerLists {
  /** The files that they are read from. */
  readonly files: readonly string[];
  /**
   * Reads the files. Running calls that their callers may no longer make are ended, with UNAUTHENTICATED or
   * PERMISSION_DENIED.
   *
   * @returns how many callers there are, and how many calls were ended; undefined if nothing has changed
   * @throws {AuthFileError} if a file cannot be used; nothing is changed then
   */
  reload(): Promise<Fields | undefined>;
}

/**
 * Finds out who makes a call (else UNAUTHENTICATED) and whether they may (else PERMISSION_DENIED): at its
 * start and, for running calls, whenever a list has changed.
 */
export class Access implements Interceptor, CallerLists {
  readonly #tokens: TokenCallers;
  readonly #takesTokens: boolean;
  readonly #lists: readonly CallerList[];
  readonly #requirements: ReadonlyMap<string, Requirement>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    { tokensFile, methods }: AuthOptions,
    private readonly certificates: CertificateCallers | undefined,
    private readonly gate: CallGate,
    private readonly log: Log,
  ) {
    const tokens = tokensFile === undefined
      ? undefined
      : new CallerList(tokensFile, parseDigest, log);
    this.#tokens = new TokenCallers(tokens);
    this.#takesTokens = tokens !== undefined;
    this.#lists = [tokens, certificates?.list].filter((list) => list !== undefined);
    this.#requirements = new Map(Object.entries({ ...METHOD_SCOPES, ...methods }));
  }

  /**
   * Reads the lists.
   *
   * @param gate knows the calls that run
   * @throws {AuthFileError} if a file cannot be used
   */
  static async open(options: AuthOptions, gate: CallGate, log: Log): Promise<Access> {
    const { certsFile } = options;
    const certificates = certsFile === undefined
      ? undefined
      : await CertificateCallers.open(certsFile, log);
    const access = new Access(options, certificates, gate, log);
    await access.reload();
    return access;
  }

  get files(): readonly string[] {
    return this.#lists.map(({ file }) => file);
  }

  reload(): Promise<Fields | undefined> {
    // One after the other: of two at once, the older one might win.
    const next = this.#last.then(() => this.#reload());
    this.#last = next.catch(() => {});
    return next;
  }

  async #reload(): Promise<Fields | undefined> {
    // All are read before any is applied: an invalid file changes nothing.
    const read = await Promise.all(this.#lists.map((list) => list.read()));
    if (read.every((list) => list === undefined)) return undefined;
    for (const [index, list] of this.#lists.entries()) {
      const next = read[index];
      if (next) list.replace(next);
    }
    const ended = this.gate.endWhere((call) => this.#statusOfRunning(call));
    const callers = this.#lists.reduce((sum, { size }) => sum + size, 0);
    if (callers === 0) {
      this.log("warn", "the list of callers is empty: nobody may call", {
        files: this.files.join(),
      });
    }
    return { callers, ended_calls: ended };
  }

  onRequest(call: Call, metadata: Metadata): void {
    const required = this.#requiredFor(call);
    if (required === "public") return;
    const caller = this.#callerOf(call, metadata);
    if (caller instanceof Unauthenticated) return call.sendStatus(statusOf(caller));
    call.caller = caller;
    const refusal = refusalOf(caller, required, call);
    if (refusal) call.sendStatus(statusOf(refusal));
  }

  /**
   * Who sends this `authorization`, or why they may not see `what`, which needs `scope` and is not a call.
   */
  callerFor(authorization: string | undefined, scope: Scope, what: string): Caller | Failure {
    if (authorization === undefined) return new Unauthenticated(MISSING_TOKEN);
    const caller = this.#tokens.callerOf(authorization);
    if (caller instanceof Unauthenticated) return caller;
    return refusalOf(caller, scope, { path: what }) ?? caller;
  }

  #requiredFor({ path }: Call): Requirement {
    return this.#requirements.get(path) ?? "admin";
  }

  #statusOfRunning(call: Call): CallStatus | undefined {
    const { caller, alsoRequired } = call;
    if (!caller) return undefined;
    const refusal = refusalOf(caller, this.#requiredFor(call), call) ??
      (alsoRequired && refusalOf(caller, alsoRequired, call));
    return refusal && statusOf(refusal);
  }

  /**
   * Who a request comes from. If a token is sent, it decides, and must be valid, whatever the certificate.
   */
  #callerOf(call: Call, metadata: Metadata): Caller | Unauthenticated {
    const sent = metadata.get(AUTHORIZATION);
    if (sent.length === 0) {
      return this.certificates?.callerOf(call) ?? new Unauthenticated(this.#whatIsMissing());
    }
    // So that nobody can log it by mistake.
    metadata.remove(AUTHORIZATION);
    return this.#tokens.callerOf(sent.join(), call.connection);
  }

  #whatIsMissing(): string {
    if (!this.certificates) return MISSING_TOKEN;
    const unknown = "no client certificate that this server knows";
    return this.#takesTokens ? `no token, and ${unknown}` : unknown;
  }
}

/** Why the caller may not make the call; undefined where it may. */
function refusalOf(
  caller: Caller,
  required: Requirement,
  { path }: Pick<Call, "path">,
): Failure | undefined {
  if (caller.isWithdrawn) return new Unauthenticated("the credential was withdrawn");
  if (required === "public" || required === "authenticated" || caller.covers(required)) return;
  return new PermissionDenied(`${caller.name} needs the scope ${required} to call ${path}`);
}
