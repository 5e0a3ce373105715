/** The interop cases on grpc-js. Runs on Node too, with its types stripped. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import grpc from "@grpc/grpc-js";
import { Connection, drain, payload, sizeOf, type Target } from "./grpc_js_connection.ts";

const { status, compressionAlgorithms } = grpc;

const SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
const REQUEST_SIZES = [27_182, 8, 1_828, 45_904];
const SIZES = [31_415, 9, 2_653, 58_979];
const response_parameters = SIZES.map((size) => ({ size }));

export const CASES: Readonly<Record<string, (connection: Connection) => Promise<void>>> = {
  async empty_unary(connection) {
    assert.deepEqual({ ...await connection.unary("EmptyCall", {}) }, {});
  },
  large_unary: largeUnary,
  client_streaming: clientStreaming,
  async server_streaming(connection) {
    const { sizes, ended } = await drain(connection.download({ response_parameters }));
    assert.deepEqual([sizes, ended.code], [SIZES, status.OK]);
  },
  ping_pong: pingPong,
  async empty_stream(connection) {
    const call = connection.chat();
    call.end();
    const { sizes, ended } = await drain(call);
    assert.deepEqual([sizes, ended.code], [[], status.OK]);
  },
  custom_metadata: customMetadata,
  async large_metadata(connection) {
    const metadata = new grpc.Metadata();
    for (let i = 0; i < 10; i++) metadata.set(`x-large-${i}`, `${i}`.repeat(4_000));
    await connection.unary("EmptyCall", {}, metadata);
  },
  status_code_and_message: statusCodeAndMessage,
  async special_status_message(connection) {
    const response_status = { code: status.UNKNOWN, message: SPECIAL };
    const call = connection.unary("UnaryCall", { response_status });
    await assert.rejects(call, { code: status.UNKNOWN, details: SPECIAL });
  },
  async unimplemented_method(connection) {
    const call = connection.unary("UnimplementedCall", {});
    await assert.rejects(call, { code: status.UNIMPLEMENTED });
  },
  async unimplemented_service(connection) {
    const call = connection.unary("UnimplementedService", {});
    await assert.rejects(call, { code: status.UNIMPLEMENTED });
  },
  async cancel_after_begin(connection) {
    const { call, answer } = connection.upload();
    call.write({ payload: payload(1) });
    setTimeout(() => call.cancel(), 50);
    await assert.rejects(answer, { code: status.CANCELLED });
  },
  async cancel_after_first_response(connection) {
    const call = connection.chat();
    call.write({ response_parameters: [{ size: 31_415 }], payload: payload(27_182) });
    await once(call, "data");
    call.cancel();
    assert.equal((await drain(call)).ended.code, status.CANCELLED);
  },
  async timeout_on_sleeping_server(connection) {
    const call = connection.chat(new grpc.Metadata(), { deadline: Date.now() + 100 });
    call.write({ response_parameters: [{ size: 1, interval_us: 500_000 }] });
    assert.equal((await drain(call)).ended.code, status.DEADLINE_EXCEEDED);
  },
  client_compressed_unary: compressed(largeUnary),
  client_compressed_streaming: compressed(clientStreaming),
  async rpc_soak(connection) {
    for (let i = 0; i < 100; i++) await largeUnary(connection);
  },
  async channel_soak({ target }) {
    for (let i = 0; i < 20; i++) await onAnother(target, {}, largeUnary);
  },
  async failing_client_stream(connection) {
    const metadata = new grpc.Metadata();
    metadata.set("x-fail-code", `${status.FAILED_PRECONDITION}`);
    const { call, answer } = connection.upload(metadata);
    call.write({ payload: payload(1_000) });
    await assert.rejects(answer, { code: status.FAILED_PRECONDITION });
  },
  async failing_server_stream(connection) {
    const response_status = { code: status.DATA_LOSS, message: "half" };
    const call = connection.download({ response_parameters, response_status });
    const { sizes, ended } = await drain(call);
    assert.deepEqual([sizes, ended.code], [SIZES, status.DATA_LOSS]);
  },
  async throwing_handler(connection) {
    const metadata = new grpc.Metadata();
    metadata.set("x-throw", "1");
    const call = connection.unary("UnaryCall", {}, metadata);
    await assert.rejects(call, { code: status.UNKNOWN });
    await connection.unary("EmptyCall", {});
  },
  async too_large_request(connection) {
    const call = connection.unary("UnaryCall", { payload: payload(5_000_000) });
    await assert.rejects(call, { code: status.RESOURCE_EXHAUSTED });
    await connection.unary("EmptyCall", {});
  },
  async too_large_response(connection) {
    const call = connection.unary("UnaryCall", { response_size: 5_000_000 });
    await assert.rejects(call, { code: status.RESOURCE_EXHAUSTED });
    await connection.unary("EmptyCall", {});
  },
  async concurrent_unary(connection) {
    const call = () => connection.unary("UnaryCall", { response_size: 1_000 });
    const answers = await Promise.all(Array.from({ length: 500 }, call));
    for (const answer of answers) assert.equal(sizeOf(answer!), 1_000);
  },
};

async function largeUnary(connection: Connection): Promise<void> {
  const request = { response_size: 314_159, payload: payload(271_828) };
  const answer = await connection.unary("UnaryCall", request);
  assert.equal(sizeOf(answer!), 314_159);
}

async function clientStreaming(connection: Connection): Promise<void> {
  const { call, answer } = connection.upload();
  for (const size of REQUEST_SIZES) call.write({ payload: payload(size) });
  call.end();
  assert.equal((await answer)?.aggregated_payload_size, 74_922);
}

async function pingPong(connection: Connection): Promise<void> {
  const call = connection.chat();
  for (const [i, size] of SIZES.entries()) {
    call.write({ response_parameters: [{ size }], payload: payload(REQUEST_SIZES[i]!) });
    const [message] = await once(call, "data");
    assert.equal(sizeOf(message), size);
  }
  call.end();
  assert.equal((await drain(call)).ended.code, status.OK);
}

async function customMetadata(connection: Connection): Promise<void> {
  const text = "test_initial_metadata_value";
  const few = [Buffer.from([0xab, 0xab, 0xab]), Buffer.from([0, 1, 0xfe, 0xff]), Buffer.alloc(0)];
  const binary = [...few, Buffer.alloc(4_000, 0x2c)];
  const metadata = new grpc.Metadata();
  metadata.set("x-grpc-test-echo-initial", text);
  for (const value of binary) metadata.add("x-grpc-test-echo-trailing-bin", value);
  const chat = connection.chat(metadata);
  chat.end({ response_parameters: [{ size: 1 }] });
  chat.on("data", () => {});
  const calls = [connection.startUnary("UnaryCall", {}, metadata), chat];
  await Promise.all(calls.map(async (call) => {
    const [[header], [ended]] = await Promise.all([once(call, "metadata"), once(call, "status")]);
    assert.deepEqual(header.get("x-grpc-test-echo-initial"), [text]);
    assert.deepEqual(ended.metadata.get("x-grpc-test-echo-trailing-bin"), binary);
  }));
}

async function statusCodeAndMessage(connection: Connection): Promise<void> {
  const response_status = { code: status.UNKNOWN, message: "test status message" };
  const call = connection.unary("UnaryCall", { response_status });
  await assert.rejects(call, { code: status.UNKNOWN, details: response_status.message });
  const chat = connection.chat();
  chat.end({ response_status });
  const { ended } = await drain(chat);
  assert.deepEqual([ended.code, ended.details], [status.UNKNOWN, response_status.message]);
}

function compressed(run: (connection: Connection) => Promise<void>) {
  return async ({ target }: Connection) => {
    for (const algorithm of [compressionAlgorithms.gzip, compressionAlgorithms.deflate]) {
      await onAnother(target, { "grpc.default_compression_algorithm": algorithm }, run);
    }
  };
}

async function onAnother(
  target: Target,
  options: grpc.ClientOptions,
  run: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = new Connection(target, options);
  await run(connection);
  connection.close();
}
