import { deepEqual, equal, rejects } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import type { Called } from "../support/exchange.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { BEYOND_THE_POLE, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TokensFile } from "../support/tokens.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start, Track } = ridesDefinition;
const { GetServers, GetServerSockets, GetSocket } = serviceNamed(
  "grpc.channelz.v1.Channelz",
) as Record<string, Called<object, object>>;

interface Counts {
  calls_started: string;
  calls_succeeded: string;
  calls_failed: string;
}

interface Servers {
  server: { ref: { server_id: string }; data: Counts }[];
}

interface Socket {
  socket: {
    data: Record<
      `streams_${"started" | "succeeded" | "failed"}` | `messages_${"sent" | "received"}`,
      string
    >;
    local: { tcpip_address: { port: number } };
  };
}

/** One call to channelz, and its answer. */
async function ask<Answer>(
  { channel }: Serving,
  method: Called<object, object> | undefined,
  request: object,
): Promise<Answer> {
  const { status, details, answers } = await channel.call(method!, request);
  equal(status, "OK", details);
  return answers[0] as Answer;
}

for (const transport of TRANSPORTS) {
  Deno.test(`channelz - shows the server, its sockets and what went over them (${transport})`, async () => {
    await using serving = await Serving.start({ channelz: true, transport });
    await serving.channel.call(Start, RIDE);
    await serving.channel.open(Track).send(BEYOND_THE_POLE).end();
    // Of other tests in this process there may be servers as well; ours is the last.
    const { server } = await ask<Servers>(serving, GetServers, {});
    const { ref: { server_id }, data } = server.at(-1)!;
    deepEqual((({ calls_succeeded, calls_failed }) => ({ calls_succeeded, calls_failed }))(data), {
      calls_succeeded: "1",
      calls_failed: "1",
    });
    const { socket_ref } = await ask<{ socket_ref: { socket_id: string }[] }>(
      serving,
      GetServerSockets,
      { server_id },
    );
    equal(socket_ref.length, 1);
    const { socket } = await ask<Socket>(serving, GetSocket, socket_ref[0]!);
    equal(socket.local.tcpip_address.port, serving.port);
    const { streams_started, streams_succeeded, streams_failed, ...messages } = socket.data;
    // Those of channelz count as well; a stream with a status has succeeded, whatever the status.
    deepEqual([streams_started, streams_succeeded, streams_failed], ["5", "4", "0"]);
    deepEqual([messages.messages_received, messages.messages_sent], ["5", "3"]);
  });
}

Deno.test("channelz - is not there unless asked for", async () => {
  await using serving = await Serving.start();
  equal((await serving.channel.call(GetServers!, {})).status, "UNIMPLEMENTED");
});

Deno.test("channelz - asks for the scope admin", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`)
    .write({ ops: "admin", app: "ride:read,position:read" });
  const auth = { tokensFile: tokens.path };
  await using serving = await Serving.start({ channelz: true, auth });
  const call = async (name?: string) =>
    (await serving.channel.call(GetServers!, {}, name === undefined ? {} : tokens.as(name))).status;
  equal(await call(), "UNAUTHENTICATED");
  equal(await call("app"), "PERMISSION_DENIED");
  equal(await call("ops"), "OK");
});

Deno.test("channelz - without auth is refused where other machines reach the server", async () => {
  const open = createServer({ channelz: true, listen: ["0.0.0.0:0"] });
  await rejects(open, /^TypeError: channelz: .*--auth-tokens/);
});
