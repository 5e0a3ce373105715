/**
 * grpc's interop cases (grpc/grpc, doc/interop-test-descriptions.md) and some more in their way, by
 * what they show. Every client library's script has each of them under its name.
 */
export const INTEROP_CASES: Readonly<Record<string, string>> = {
  empty_unary: "is answered with an empty message",
  large_unary: "comes back whole: 271,828 bytes up, 314,159 down",
  client_streaming: "is added up to 74,922 bytes",
  server_streaming: "brings four messages of the sizes asked for, in order",
  ping_pong: "answers each message before the next is sent",
  empty_stream: "ends with OK and no message",
  custom_metadata:
    "comes back in headers and trailers: text, and binary with four values, one empty, one long",
  large_metadata: "of 40,000 bytes, in CONTINUATION frames, is taken",
  status_code_and_message: "come as the server set them, unary and streaming",
  special_status_message: "comes with its line ends and characters beyond ASCII",
  unimplemented_method: "fails with UNIMPLEMENTED",
  unimplemented_service: "fails with UNIMPLEMENTED",
  cancel_after_begin: "ends a client stream with CANCELLED",
  cancel_after_first_response: "ends a chat with CANCELLED",
  timeout_on_sleeping_server: "ends with DEADLINE_EXCEEDED",
  client_compressed_unary: "is read: gzip and deflate from the client",
  client_compressed_streaming: "is read: gzip and deflate from the client",
  rpc_soak: "is answered a hundred times on one channel",
  channel_soak: "is answered on each of twenty channels",
  failing_client_stream: "gets its status before it has ended",
  failing_server_stream: "gets its messages, then its status",
  throwing_handler: "fails with UNKNOWN, and the next call is answered",
  too_large_request: "fails with RESOURCE_EXHAUSTED",
  too_large_response: "fails with RESOURCE_EXHAUSTED, and the next call is answered",
  concurrent_unary: "are answered: 500 calls at once, five times the limit of streams",
};

/** How many of the cases leave a call that its handler sees cancelled. */
export const CANCELLING_CASES = 3;
