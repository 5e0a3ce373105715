import { equal, match, rejects, throws } from "node:assert/strict";
import { Metadata, status as Code } from "@grpc/grpc-js";
import { RidesClient } from "../../rides/client/client.ts";
import type { RetryOptions } from "../../rides/client/retry.ts";
import type { Interceptor } from "../../rides/server/interceptors/interceptor.ts";
import { createServer } from "../../rides/server/server.ts";
import { developmentCertificates } from "../../rides/tls/development.ts";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { RIDE, UUID_V7 } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

/** Answers the first calls with a status of its own. */
class Refusing implements Interceptor {
  calls = 0;

  constructor(
    readonly times: number,
    readonly pushback?: string,
    readonly code = Code.UNAVAILABLE,
  ) {}

  readonly onRequest: Interceptor["onRequest"] = (call) => {
    if (this.calls++ >= this.times) return;
    const metadata = new Metadata();
    if (this.pushback !== undefined) metadata.set("grpc-retry-pushback-ms", this.pushback);
    call.sendStatus({ code: this.code, details: "come again", metadata });
  };
}

async function against(
  refusing: Refusing,
  call: (client: RidesClient) => Promise<unknown>,
  retry: RetryOptions = { backoffMs: 1 },
): Promise<string> {
  await using serving = await Serving.start({ interceptors: [refusing] });
  await using client = new RidesClient({ address: serving.address, retry });
  return await call(client).then(() => "OK", (error: Error) => error.message);
}

const find = (client: RidesClient) => client.getInfor("trung");
const start = (client: RidesClient) => client.start(RIDE);

Deno.test("retry - an idempotent call is sent until it is answered", async () => {
  const refusing = new Refusing(4);
  equal(await against(refusing, find), "OK");
  equal(refusing.calls, 5);
});

Deno.test("retry - not more often than asked", async () => {
  const refusing = new Refusing(10);
  equal(await against(refusing, find), "UNAVAILABLE: come again");
  equal(refusing.calls, 5);
  const once = new Refusing(10);
  equal(await against(once, find, { attempts: 1 }), "UNAVAILABLE: come again");
  equal(once.calls, 1);
});

Deno.test("retry - another code than UNAVAILABLE is final", async () => {
  const refusing = new Refusing(1, "0", Code.RESOURCE_EXHAUSTED);
  equal(await against(refusing, find), "RESOURCE_EXHAUSTED: come again");
});

Deno.test("retry - start is not sent again if the server may have done it", async () => {
  const refusing = new Refusing(1);
  equal(await against(refusing, start), "UNAVAILABLE: come again");
  equal(refusing.calls, 1);
});

Deno.test("retry - start is sent again if the server says that it did nothing", async () => {
  const refusing = new Refusing(2, "1");
  equal(await against(refusing, start), "OK");
  equal(refusing.calls, 3);
});

for (const never of ["-1", "soon"]) {
  Deno.test(`retry - a server that says "${never}" is not asked again`, async () => {
    equal(await against(new Refusing(1, never), find), "UNAVAILABLE: come again");
  });
}

Deno.test("retry - start is sent again when the connection ends before the server spoke", async () => {
  using closing = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${closing.addr.port}`;
  await using client = new RidesClient({
    address,
    timeoutMs: 20_000,
    retry: { attempts: 100, maxBackoffMs: 100 },
  });
  const id = client.start(RIDE);
  (await closing.accept()).close();
  closing.close();
  await using _server = await createServer({ listen: [address] });
  match(await id, UUID_V7);
});

Deno.test("retry - start waits for the connection after one that was ended in its handshake", async () => {
  await using folder = await TemporaryFolder.make();
  const { caFile, server: tls } = await developmentCertificates(folder.path, ["127.0.0.1"]);
  await using serving = await Serving.start({ tls });
  using front = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const passing = passOn(front, serving.port);
  const client = new RidesClient({
    address: `127.0.0.1:${front.addr.port}`,
    tls: { ca: await Deno.readTextFile(caFile) },
    timeoutMs: 20_000,
  });
  match(await client.start(RIDE), UUID_V7);
  client.close();
  await serving.server.shutdown();
  front.close();
  await passing;
});

/** Ends the first connection, lets the second wait for longer than all pauses, and passes it on. */
async function passOn(front: Deno.TcpListener, port: number): Promise<void> {
  (await front.accept()).close();
  const from = await front.accept();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const to = await Deno.connect({ port });
  await Promise.allSettled([from.readable.pipeTo(to.writable), to.readable.pipeTo(from.writable)]);
}

Deno.test("retry - all attempts are within the timeout", async () => {
  await using serving = await Serving.start({ interceptors: [new Refusing(1)] });
  await using client = new RidesClient({
    address: serving.address,
    timeoutMs: 5_000,
    retry: { backoffMs: 60_000, maxBackoffMs: 60_000 },
  });
  await rejects(find(client), { message: "UNAVAILABLE: come again" });
});

Deno.test("retry - the close of the client ends a wait", async () => {
  const refusing = new Refusing(1);
  await using serving = await Serving.start({ interceptors: [refusing] });
  const client = new RidesClient({
    address: serving.address,
    timeoutMs: 600_000,
    retry: { backoffMs: 60_000, maxBackoffMs: 60_000 },
  });
  const call = find(client).catch((error: Error) => error.message);
  await eventually("the first attempt", () => refusing.calls === 1);
  await serving.log.line("/AsillaService/getInfor");
  client.close();
  equal(await call, "CANCELLED: the client is closed");
});

const WRONG: RetryOptions[] = [
  { attempts: 0 },
  { attempts: 101 },
  { attempts: 1.5 },
  { backoffMs: 0 },
  { backoffMs: 60_001 },
  { maxBackoffMs: NaN },
];

for (const retry of WRONG) {
  Deno.test(`retry - ${Deno.inspect(retry)} is refused`, () => {
    throws(() => new RidesClient({ retry }), /^TypeError: retry\.\w+: .+ is not from 1 to \d+$/);
  });
}
