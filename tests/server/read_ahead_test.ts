import { equal } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { ServerReadableStream } from "@grpc/grpc-js";
import { forEachMessage } from "../../rides/server/services/messages.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { byteMethod } from "../support/byte_method.ts";
import { eventually } from "../support/eventually.ts";
import { RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const MIB = 1024 * 1024;
const MESSAGES = 16;

for (const transport of TRANSPORTS) {
  Deno.test(`forEachMessage - no message is read while the handler takes none (${transport})`, async () => {
    const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
    let read = 0;
    let taken = 0;
    const method = {
      ...byteMethod("/test.Reader/Read", true),
      requestDeserialize: (bytes: Buffer) => {
        read++;
        return bytes;
      },
    };
    const Read = async (call: ServerReadableStream<Buffer, Buffer>) => {
      await forEachMessage(call, () => {
        taken++;
        return room;
      });
      return Buffer.alloc(0);
    };
    const services = [{ definition: { Read: method }, handlers: { Read } }];
    await using serving = await Serving.start({ transport, services });
    const call = serving.channel.open(method).send(...Array(MESSAGES).fill(Buffer.alloc(MIB)));
    await eventually("one is taken", () => taken === 1);
    // Others come and go on the same connection, and so would these.
    for (let i = 0; i < 100; i++) await serving.channel.call(ridesDefinition.Start, RIDE);
    equal(read, 1);
    makeRoom();
    equal((await call.end()).status, "OK");
    equal(taken, MESSAGES);
  });
}
