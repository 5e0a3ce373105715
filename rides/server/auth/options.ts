import type { Requirement } from "./method_scopes.ts";

/**
 * Who may call a server, and what. With neither file nobody can. They are read at the start, and again
 * whenever `RidesServer.callers.reload()` is called; `rides serve` does so when they change.
 */
export interface AuthOptions {
  /** A file of tokens, with a `name scope[,scope…] sha256-of-token` a line. */
  readonly tokensFile?: string;
  /**
   * A file of client certificates, with a `name scope[,scope…] CN=… | DNS=… | URI=…` a line, the last of
   * which is a name in the certificate. It needs mutual TLS.
   */
  readonly certsFile?: string;
  /**
   * What methods of services of your own ask, by path, as in
   * `{ "/acme.Depot/List": "ride:read" }`. One that is not named asks for `admin`.
   */
  readonly methods?: Readonly<Record<string, Requirement>>;
}
