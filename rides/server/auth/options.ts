import type { Requirement } from "./method_scopes.ts";

/** Who may call a server, and what. With neither file nobody can. */
export interface AuthOptions {
  /**
   * A file of tokens, with a `name scope[,scope…] sha256-of-token` a line. It is read again when it
   * changes: a call with a token that is in it no more ends with UNAUTHENTICATED within seconds.
   */
  readonly tokensFile?: string;
  /**
   * A file of client certificates, with a `name scope[,scope…] CN=… | DNS=… | URI=…` a line. It needs
   * mutual TLS, and is read again as the other is.
   */
  readonly certsFile?: string;
  /**
   * What methods of services of your own ask, by path, as in
   * `{ "/acme.Depot/List": "ride:read" }`. One that is not named asks for `admin`.
   */
  readonly methods?: Readonly<Record<string, Requirement>>;
}
