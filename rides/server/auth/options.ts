import type { Requirement } from "./method_scopes.ts";

/**
 * Who may call what on a server. With neither file, nobody can. The files are read at startup, and again
 * whenever `RidesServer.callers.reload()` is called; `rides serve` calls it when they change.
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
   * What the methods of your own services require, by path, as in `{ "/acme.Depot/List": "ride:read" }`.
   * Those that are not named require `admin`.
   */
  readonly methods?: Readonly<Record<string, Requirement>>;
}
