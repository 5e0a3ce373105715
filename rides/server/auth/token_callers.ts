import { Unauthenticated } from "../../domain/failure.ts";
import { fromHeader } from "../../wire/bearer.ts";
import type { PeerConnection } from "../interceptors/peer_connection.ts";
import type { Caller } from "./caller.ts";
import type { CallerList } from "./caller_list.ts";
import { digestOf } from "./tokens.ts";

/** Who calls, by the token in the header `authorization`. */
export class TokenCallers {
  constructor(private readonly list: CallerList | undefined) {}

  /**
   * The owner of the token, or why there is none.
   *
   * Tokens are looked up by their digests. The time this takes may reveal bits of a digest, but no token
   * follows from those, since tokens have 256 random bits. Computing the digest costs more than everything
   * else here; to spare most calls that, a connection keeps the last valid header, and the next one is
   * compared with it in constant time.
   *
   * @param connection what the header came on; undefined outside of gRPC
   */
  callerOf(header: string, connection?: PeerConnection): Caller | Unauthenticated {
    const last = connection?.lastToken;
    if (last && isSame(header, last.header) && !last.caller.isWithdrawn) return last.caller;
    const token = fromHeader(header);
    if (token === undefined) {
      return new Unauthenticated("the credential has to be one `authorization: Bearer TOKEN`");
    }
    const caller = this.list?.find(digestOf(token));
    if (!caller) return new Unauthenticated("this server does not know the token");
    if (connection) connection.lastToken = { header, caller };
    return caller;
  }
}

/** Whether the texts are equal, in a time that depends only on the length of the first. */
function isSame(text: string, other: string): boolean {
  let difference = text.length ^ other.length;
  for (let i = 0; i < text.length; i++) difference |= text.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
