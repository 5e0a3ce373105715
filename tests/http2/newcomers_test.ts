import { ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { FrameType } from "../../rides/http2/frame.ts";
import { createServer } from "../../rides/http2/mod.ts";
import { eventually } from "../support/eventually.ts";
import { Crowd } from "./support/crowd.ts";
import { frame, headers, PREFACE, settings } from "./support/frames.ts";

const CROWD = 100;
/** What the first request of each of them takes. */
const WORK_MS = 2;

Deno.test("server - those at work do not wait for a crowd of newcomers", async () => {
  const server = createServer();
  let connected = 0;
  let streams = 0;
  server.on("session", () => connected++);
  server.on("stream", () => {
    if (++streams === 1) return;
    if (streams === 2) atWork.write(frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    const until = performance.now() + WORK_MS;
    while (performance.now() < until);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const atWork = net.connect(port, "127.0.0.1");
  atWork.write(Buffer.concat([PREFACE, settings(), headers(1)]));
  await eventually("one is at work", () => streams === 1);
  await using crowd = await Crowd.connect(port, CROWD);
  await eventually("the crowd is there", () => connected === CROWD + 1);
  const answered = new Promise<number>((resolve) => {
    const pong = frame(FrameType.PING, 1, 0, Buffer.alloc(8));
    let seen = Buffer.alloc(0);
    atWork.on("data", (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.includes(pong)) resolve(streams - 1);
    });
  });
  await crowd.send(Buffer.concat([PREFACE, settings(), headers(1)]));

  await eventually("the newcomers are served", () => streams === CROWD + 1);
  const served = await answered;
  atWork.destroy();
  crowd.leave();
  server.close();
  await once(server, "close");
  ok(served < CROWD, `${served} of ${CROWD} newcomers were served before one at work`);
});
