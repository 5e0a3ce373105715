import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import type { ServerHttp2Stream } from "node:http2";

/** What a client has in use on one connection. */
export class PeerConnection {
  /** The calls that run on it. */
  calls = 0;
}

const CONNECTION = Symbol("rides.connection");

/** A session of either transport, with what this server knows of it. */
type Session = { [CONNECTION]?: PeerConnection };

/**
 * The connection that a call came on.
 *
 * grpc-js tells an interceptor the address of the peer, but not the connection. Its innermost call has the
 * HTTP/2 stream in a private field; should a later version keep it elsewhere, each call counts as a
 * connection of its own, which a test notices.
 */
export function connectionOf(innermost: ServerInterceptingCallInterface): PeerConnection {
  const { stream } = innermost as { stream?: Partial<ServerHttp2Stream> };
  const session = stream?.session as Session | undefined;
  if (!session) return new PeerConnection();
  return session[CONNECTION] ??= new PeerConnection();
}
