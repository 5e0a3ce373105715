import type { Command } from "commander";
import type { CallerLists } from "../../server/auth/access.ts";
import type { AuthOptions } from "../../server/auth/options.ts";
import type { Log } from "../../server/log.ts";
import type { Listener } from "../../server/server.ts";
import { type Address, formatAddress, isLoopback } from "../../wire/address.ts";
import { UsageError } from "../failure.ts";
import { fileOption } from "../options.ts";
import type { Reloadable } from "./reloader.ts";
import type { TlsFlags } from "./tls.ts";

/** The flags that say who may call what. */
export interface AuthFlags {
  readonly authTokens?: string;
  readonly authCerts?: string;
  /** A number setting, in calls a second; 0: no limit. */
  readonly ratePerIdentity: number;
}

/** Adds the options of {@linkcode AuthFlags} to a command. */
export function withAuthOptions(command: Command): Command {
  return command
    .optionsGroup("Who may call:")
    .addOption(
      fileOption(
        "--auth-tokens <file>",
        "serve only callers with a token listed in this file; rides token new makes one",
        "RIDES_AUTH_TOKENS",
      ),
    )
    .addOption(
      fileOption(
        "--auth-certs <file>",
        "serve only callers with a certificate listed in this file, by mutual TLS",
        "RIDES_AUTH_CERTS",
      ),
    );
}

/**
 * Who may call what; undefined where everybody may call everything.
 *
 * @throws {UsageError} if clients are to be known by certificates that nobody asks them for, or rated by
 * identity although none has one
 */
export function authOf(
  { authTokens, authCerts, ratePerIdentity, tlsClientCa }:
    & AuthFlags
    & Pick<TlsFlags, "tlsClientCa">,
): AuthOptions | undefined {
  if (authTokens === undefined && authCerts === undefined) {
    if (ratePerIdentity === 0) return undefined;
    throw new UsageError(
      "--rate-per-identity is for callers who are known: add --auth-tokens or --auth-certs",
    );
  }
  if (authCerts !== undefined && tlsClientCa === undefined) {
    throw new UsageError("--auth-certs is for clients with a certificate: add --tls-client-ca");
  }
  return { tokensFile: authTokens, certsFile: authCerts };
}

/**
 * Warns, in a line each, if anybody who reaches the server from another machine may call it, or if tokens can be
 * read on their way to it; and if others reach its admin port.
 */
export function warnIfOpen(
  listeners: readonly Listener[],
  admin: Address | undefined,
  { authTokens, authCerts, tlsClientCa, tlsClientOptional }:
    & Pick<AuthFlags, "authTokens" | "authCerts">
    & Pick<TlsFlags, "tlsClientCa" | "tlsClientOptional">,
  log: Log,
): void {
  const reached = listeners.filter(({ host }) => !isLoopback(host));
  const warn = (message: string, open: readonly Address[]) => {
    if (open.length > 0) log("warn", message, { listeners: open.map(formatAddress).join(",") });
  };
  const needsCertificate = tlsClientCa !== undefined && !tlsClientOptional;
  if ((authTokens ?? authCerts) === undefined && !needsCertificate) {
    warn(
      "whoever reaches this server may call everything; ask for tokens with --auth-tokens",
      reached,
    );
  } else {
    warn(
      "tokens come here in plaintext, for everybody on the way to read; add --tls",
      reached.filter(({ secure }) => !secure),
    );
  }
  warn(
    "whoever reaches the admin port may read it, and tokens come there in plaintext; " +
      "listen on 127.0.0.1, or where operators alone are",
    admin && !isLoopback(admin.host) ? [admin] : [],
  );
}

/** The lists of callers of a running server, as something that can be reloaded. */
export function servedCallers(callers: CallerLists): Reloadable {
  return {
    what: "the list of callers",
    files: callers.files,
    reload: () => callers.reload(),
  };
}
