import { Command } from "commander";
import { RidesClient } from "../client/client.ts";
import { referencePositions } from "../domain/reference_positions.ts";
import type { RideState } from "../domain/ride_state.ts";
import { RIDE_TYPES } from "../domain/ride_start.ts";
import { fileProblem } from "../files/file_problem.ts";
import { createServer } from "../server/server.ts";
import { developmentCertificates } from "../tls/development.ts";
import { ownHosts } from "./certs.ts";
import { CommandError, unlessInterrupted } from "./failure.ts";
import { print } from "./output.ts";
import { Signals } from "./signals.ts";

/** `rides demo` */
export function demoCommand(): Command {
  return new Command("demo")
    .description("Show it all at once: a server with TLS on a free port, rides, ten positions.")
    .addHelpText("after", "\nExample:\n  $ rides demo")
    .action(demo);
}

async function demo(): Promise<void> {
  const folder = await makeFolder();
  using signals = new Signals();
  try {
    await unlessInterrupted(signals, showIn(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @throws {CommandError} if it cannot be made */
async function makeFolder(): Promise<string> {
  try {
    return await Deno.makeTempDir({ prefix: "rides-demo-" });
  } catch (error) {
    throw new CommandError(
      `Cannot make a folder for temporary files: ${fileProblem(error)}; ` +
        "set TMPDIR to one that can be written",
      { cause: error },
    );
  }
}

async function showIn(folder: string): Promise<void> {
  const say = (line: string) => print("text", line, {});
  const { caFile, server: pair } = await developmentCertificates(folder, ownHosts());
  const ca = await Deno.readTextFile(caFile);

  const server = await createServer({ listen: ["127.0.0.1:0"], tls: pair });
  const address = `127.0.0.1:${server.listeners[0]?.port}`;
  say(`serve     listening on ${address} (tls), with a development CA made for this demo`);

  await using client = new RidesClient({ address, tls: { ca } });
  const id = await client.start({
    carId: 7n,
    driverId: "John Doe",
    passengerIds: ["M", "Q"],
    type: RIDE_TYPES.indexOf("POOL"),
    location: { lat: 51.46, lng: -0.2 },
  });
  say(`start     car 7, driver John Doe, passengers M and Q: ride ${id}`);

  const count = await client.track(referencePositions(10));
  say(`track     streamed 10 positions: the server counted ${count}`);

  const refusal = await client.start({ carId: 7n, driverId: "", passengerIds: [], type: 0 })
    .then(() => "accepted", (error: Error) => error.message);
  say(`start     without a driver: ${refusal}`);

  say(`watch     a ride of car 8: ${(await livedThrough(client)).join(", ")}`);

  const { id: number, married } = await client.getInfor("trung");
  say(`person    trung: id ${number}, ${married ? "married" : "not married"}`);

  client.close();
  await server.shutdown();
  say("shutdown  every call had finished");
}

/** Takes a ride from its request to its end, and returns the states that a watch of it tells. */
async function livedThrough({ rides }: RidesClient): Promise<RideState[]> {
  const request = { carId: 0n, driverId: "", passengersIds: ["R"], type: "REGULAR" } as const;
  const { id } = await rides.create(request);
  const states: RideState[] = [];
  const next: Partial<Record<RideState, () => Promise<unknown>>> = {
    REQUESTED: () => rides.assign(id, 8n, "Jane Roe"),
    ASSIGNED: () => rides.arrive(id),
    ARRIVED: () => rides.begin(id),
    ACTIVE: () => rides.complete(id),
  };
  for await (const watched of rides.watch(id)) {
    if (watched.kind !== "events") continue;
    for (const change of watched.events.events) {
      if (change.kind !== "ride") continue;
      states.push(change.ride.state);
      await next[change.ride.state]?.();
    }
  }
  return states;
}
