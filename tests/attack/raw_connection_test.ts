import { deepEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { FrameType } from "../../rides/http2/frame.ts";
import { frame } from "../http2/support/frames.ts";
import { RawConnection } from "./raw_connection.ts";

Deno.test("RawConnection - hands over a frame when all of it has come", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using connection = await RawConnection.open(listener.addr.port);
  using server = await listener.accept();
  const first = Promise.withResolvers<void>();
  const lengths: number[] = [];
  connection.read(({ payload }) => {
    lengths.push(payload.length);
    first.resolve();
  });
  const [small, large] = [8, 100].map((length) =>
    frame(FrameType.DATA, 0, 1, Buffer.alloc(length))
  );
  await server.write(Buffer.concat([small!, large!.subarray(0, 50)]));
  await first.promise;
  await server.write(large!.subarray(50));
  server.close();
  await connection.ended;
  deepEqual(lengths, [8, 100]);
});
