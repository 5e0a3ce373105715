/** An HTTP/2 server (RFC 9113, RFC 7541) over `node:net` and `node:tls`. */
export { createSecureServer, createServer } from "./node_server.ts";
export type { SecureServerOptions, ServerOptions } from "./node_server.ts";
export { addressBlock } from "./address_block.ts";
export { Admission } from "./admission.ts";
export { afterOthers } from "./after_others.ts";
export { endInTurn } from "./end_in_turn.ts";
export { FewAtATime } from "./few_at_a_time.ts";
export { SessionWatch } from "./session_watch.ts";
export { watchHandshakes } from "./handshakes.ts";
export { DEFAULT_LIMITS, LIMITS, resolveLimits, resolveNumbers } from "./limits.ts";
export type { Bounds, LimitName, Limits } from "./limits.ts";
export { LONGEST_TIMER_MS } from "./longest_timer.ts";
export { makeWayFor } from "./make_way.ts";
export { type Peer, peerOf } from "./peer.ts";
export { PlaceList } from "./place_list.ts";
export { TURN_MS } from "./turn.ts";
