import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import type { ServerHttp2Session } from "node:http2";
import { addressBlock, peerOf } from "../../runtime/mod.ts";
import type { Caller } from "../auth/caller.ts";
import type { RatedBy } from "./rate_limit.ts";
import { streamBelow } from "./stream_below.ts";
import type { Bucket } from "./token_buckets.ts";

/** What is known of one connection. */
export class PeerConnection {
  /** The calls that run on it. */
  calls = 0;
  /** The names in the client's certificate; undefined until somebody asks. */
  certificateNames: readonly string[] | undefined;
  /** The last valid `authorization`, and its owner. */
  lastToken: { readonly header: string; readonly caller: Caller } | undefined;
  /** The bytes of incomplete or kept messages of its calls. */
  heldBytes = 0;
  /** The bucket that the last call was counted in. */
  readonly lastRated: { [By in RatedBy]?: { caller: string; bucket: Bucket } } = {};

  /**
   * @param peer the client's address and port, as in `127.0.0.1:80` or `[::1]:80`
   * @param addressBlock where it comes from: an IPv4 address, or an IPv6 /64
   */
  constructor(readonly peer: string, readonly addressBlock: string) {}
}

const CONNECTION = Symbol("rides.connection");

/** A session of either transport, with what this server knows of it. */
type Session = Pick<ServerHttp2Session, "socket"> & { [CONNECTION]?: PeerConnection };

/**
 * The connection that a call came on.
 *
 * grpc-js tells an interceptor the address of the peer, but not the connection. Without {@linkcode
 * streamBelow}, each call would count as a separate connection, which a test would notice.
 */
export function connectionOf(innermost: ServerInterceptingCallInterface): PeerConnection {
  const session: Session | undefined = streamBelow(innermost)?.session;
  const known = session?.[CONNECTION];
  if (known) return known;
  const connection = session
    ? new PeerConnection(peerOf(session.socket), addressBlock(session.socket.remoteAddress))
    : new PeerConnection("unknown", "unknown");
  if (session) session[CONNECTION] = connection;
  return connection;
}
