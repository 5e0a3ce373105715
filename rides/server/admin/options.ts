import { parseAddress } from "../../wire/address.ts";

/** The port for operators, over HTTP: see {@linkcode AdminServer}. */
export interface AdminOptions {
  /** `host:port`; port 0 takes a free one. Default `127.0.0.1:9464`, for this machine alone. */
  readonly listen?: string;
  /**
   * Host names that requests may use, besides addresses, `localhost` and the host it listens on. Others are
   * refused: a web page could make its own host name resolve to this machine, and read the answers.
   */
  readonly names?: readonly string[];
  /**
   * Whether anybody on this machine may take CPU profiles and heap snapshots, which hold every secret of the
   * process. Default false: with `auth`, callers of scope `admin` may; without it, nobody.
   */
  readonly openDebug?: boolean;
}

/** The default address of the admin port. */
export const DEFAULT_ADMIN_ADDRESS = "127.0.0.1:9464";

/** Where an admin port is to listen. */
export function adminAddress({ listen = DEFAULT_ADMIN_ADDRESS }: AdminOptions) {
  return parseAddress(listen);
}
