import { parseAddress } from "../../wire/address.ts";

/** The port for whoever looks after a server, over HTTP: see {@linkcode AdminServer}. */
export interface AdminOptions {
  /** `host:port`; port 0 takes a free one. Default `127.0.0.1:9464`, for this machine alone. */
  readonly listen?: string;
  /**
   * Names in which it may be asked for beside addresses, `localhost` and the host it listens on. Others
   * are refused: a web page can have a name of its own lead here, and would read what comes.
   */
  readonly names?: readonly string[];
  /**
   * Whether everybody on this machine may take CPU profiles and heap snapshots, which hold every secret
   * of the process. Default false: with `auth` the scope `admin` may, without it nobody.
   */
  readonly openDebug?: boolean;
}

/** Where the admin port is unless told. */
export const DEFAULT_ADMIN_ADDRESS = "127.0.0.1:9464";

/** Where an admin port is to listen. */
export function adminAddress({ listen = DEFAULT_ADMIN_ADDRESS }: AdminOptions) {
  return parseAddress(listen);
}
