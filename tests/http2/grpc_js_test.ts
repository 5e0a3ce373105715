import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import grpc from "@grpc/grpc-js";
import { callUnary, startEcho } from "./support/echo_service.ts";
import { putEngineUnderGrpc } from "./support/grpc_on_engine.ts";

Deno.test("grpc-js on the engine - unary answers", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    handlers: { unary: (call, done) => done(null, call.request) },
  });
  for (let i = 0; i < 50; i++) {
    assert.deepEqual(await callUnary(echo, Buffer.from(`ride ${i}`)), Buffer.from(`ride ${i}`));
  }
});

Deno.test("grpc-js on the engine - a client stream is counted whole", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    handlers: {
      upload: (call, done) => {
        let bytes = 0;
        call.on("data", (message: Buffer) => bytes += message.length);
        call.on("end", () => done(null, Buffer.from(`${bytes}`)));
      },
    },
  });
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const call = echo.client["upload"]!((error: Error | null, response: Buffer) =>
      error ? reject(error) : resolve(response)
    );
    for (let i = 0; i < 1000; i++) call.write(Buffer.alloc(1000));
    call.end();
  });
  assert.equal(answer.toString(), "1000000");
});

Deno.test("grpc-js on the engine - a server stream arrives in order", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    handlers: {
      download: (call) => {
        for (let i = 0; i < 1000; i++) call.write(Buffer.from(`${i}`));
        call.end();
      },
    },
  });
  const got: string[] = [];
  for await (const message of echo.client["download"]!(Buffer.alloc(0))) got.push(`${message}`);
  assert.deepEqual(got, Array.from({ length: 1000 }, (_, i) => `${i}`));
});

Deno.test("grpc-js on the engine - a chat answers message by message", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho({
    handlers: {
      chat: (call) => {
        call.on("data", (message: Buffer) => call.write(message));
        call.on("end", () => call.end());
      },
    },
  });
  const call = echo.client["chat"]!();
  for (let i = 0; i < 20; i++) {
    const answer = new Promise((resolve) => call.once("data", resolve));
    call.write(Buffer.from(`${i}`));
    assert.equal(`${await answer}`, `${i}`);
  }
  const ended = new Promise((resolve) => call.once("end", resolve));
  call.end();
  await ended;
});

Deno.test("grpc-js on the engine - an unknown method answers UNIMPLEMENTED", async () => {
  using _ = putEngineUnderGrpc();
  await using echo = await startEcho();
  await assert.rejects(callUnary(echo, Buffer.alloc(0)), { code: grpc.status.UNIMPLEMENTED });
});
