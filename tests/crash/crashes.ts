import { RidesClient } from "../../rides/client/client.ts";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { RIDE } from "../support/rides.ts";
import { type PersistentClient, Starter, TrackingCar, UploadingCar } from "./clients.ts";
import { START_MS } from "./drives.ts";
import { verify } from "./verify.ts";

/** A server is killed within so long after it has acknowledged something. */
const LIFE_MS = 400;

/** What a number of crashes came to. */
export interface CrashReport {
  /** What is wrong, with the round that it was found after; nothing, if all is well. */
  readonly problems: readonly string[];
  /** How many positions were acknowledged, and how many rides. */
  readonly positions: number;
  readonly rides: number;
}

/**
 * Starts the program over one file, has clients stream to it, and kills it (SIGKILL) at a random moment:
 * so many times over. After each the file is looked through.
 *
 * @param onRound is called after each round
 */
export async function crash(
  rounds: number,
  onRound: (report: CrashReport) => void = () => {},
): Promise<CrashReport> {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/rides.db`;
  let server = await ServingProgram.start(["--store", `sqlite:${file}`]);
  const { port } = server;
  const address = `127.0.0.1:${port}`;
  const cars = [
    new TrackingCar(address, 1n),
    new TrackingCar(address, 2n),
    new UploadingCar(address, 3n),
    new UploadingCar(address, 4n),
  ];
  const starter = new Starter(address);
  const clients = [...cars, starter];
  await startRides(address, cars.map(({ carId }) => carId));
  for (const client of clients) client.start();
  const problems: string[] = [];
  const report = (): CrashReport => ({
    problems,
    positions: cars.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    rides: starter.acknowledged,
  });
  try {
    for (let round = 1; round <= rounds && problems.length === 0; round++) {
      await acknowledging(clients);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE_MS));
      server.signal("SIGKILL");
      await server.ended();
      const found = [...verify(file, cars, starter), ...clients.flatMap((c) => c.confusions)];
      problems.push(...found.map((problem) => `round ${round}: ${problem}`));
      onRound(report());
      const listen = ["--listen", address];
      server = await ServingProgram.start([...listen, "--store", `sqlite:${file}`]);
    }
    await acknowledging(clients);
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await server[Symbol.asyncDispose]();
  }
  problems.push(...verify(file, cars, starter), ...clients.flatMap((c) => c.confusions));
  return report();
}

/** Waits until every client has had something acknowledged since. */
async function acknowledging(clients: readonly PersistentClient[]): Promise<void> {
  await Promise.all(clients.map(async (client) => {
    const before = client.acknowledged;
    try {
      await eventually("it goes on", () => client.acknowledged > before);
    } catch {
      const { name } = client.constructor;
      throw new Error(
        `${name}: behind ${before} nothing was acknowledged; a call failed with ${client.lastFailure}`,
      );
    }
  }));
}

async function startRides(address: string, carIds: readonly bigint[]): Promise<void> {
  await using client = new RidesClient({ address });
  const time = { seconds: START_MS / 1_000, nanos: 0 };
  for (const carId of carIds) await client.start({ ...RIDE, carId, time });
}
