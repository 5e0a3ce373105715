/** Runs the client on Deno, with the faults of `node:http2` worked around. */
import "../../../../rides/runtime/mod.ts";
import "./grpc_js_client.ts";
