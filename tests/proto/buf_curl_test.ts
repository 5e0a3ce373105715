/** `buf curl`, a gRPC client that is none of ours (Go), which knows the contracts by reflection alone. */
import { deepEqual, equal, match } from "node:assert/strict";
import { PROTO_ROOT } from "../../rides/wire/descriptors.ts";
import { BUF } from "../support/buf.ts";
import { fromFileUrl, TemporaryFolder } from "../support/paths.ts";
import { type Finished, run, ServingProgram } from "../support/program.ts";
import { UUID_V7 } from "../support/rides.ts";

const unless = BUF ? "" : " (needs npx and @bufbuild/buf)";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `buf curl - ${name}${unless}`, ignore: !BUF, fn });
}

function curl(...args: string[]): Promise<Finished> {
  return run([BUF!, "curl", "--protocol", "grpc", ...args]);
}

const plaintext = (...args: string[]) => curl("--http2-prior-knowledge", ...args);

const RIDE = JSON.stringify({
  car_id: 7,
  driver_id: "John Doe",
  passengers_ids: ["M", "Q"],
  type: "POOL",
  location: { lat: 51.46, lng: -0.2 },
  time: "2022-01-01T12:00:00Z",
});

function position(lat: number): string {
  return JSON.stringify({ car_id: 7, time: "2022-02-22T14:36:09Z", location: { lat, lng: 1 } });
}

test("lists the services and their methods", async () => {
  await using serving = await ServingProgram.start();
  const { code, stdout, stderr } = await plaintext(
    `http://${serving.address}`,
    "--list-services",
  );
  equal(code, 0, stderr);
  deepEqual(stdout.trim().split("\n"), [
    "AsillaService",
    "Rides",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "rides.v1.CarService",
    "rides.v1.RideService",
  ]);
  const methods = await plaintext(`http://${serving.address}`, "--list-methods");
  equal(methods.code, 0, methods.stderr);
  deepEqual(methods.stdout.trim().split("\n").slice(0, 4), [
    "AsillaService/checkMarried",
    "AsillaService/getInfor",
    "Rides/Start",
    "Rides/Track",
  ]);
});

test("calls Start through reflection, with a good and a bad request", async () => {
  await using serving = await ServingProgram.start();
  const url = `http://${serving.address}/Rides/Start`;
  const good = await plaintext("-d", RIDE, url);
  equal(good.code, 0, good.stderr);
  match(JSON.parse(good.stdout).id, UUID_V7);

  const bad = await plaintext("-d", '{"car_id":7,"passengers_ids":[""]}', url);
  equal(bad.code, 3 * 8);
  const { code, message, details } = JSON.parse(bad.stderr);
  equal(code, "invalid_argument");
  equal(message, "driver_id: empty");
  deepEqual(details.map(({ type }: { type: string }) => type), ["google.rpc.BadRequest"]);
});

test("streams to Track through reflection, good and bad positions", async () => {
  await using serving = await ServingProgram.start();
  const url = `http://${serving.address}/Rides/Track`;
  const good = await plaintext("-d", position(1).repeat(3), url);
  equal(good.code, 0, good.stderr);
  deepEqual(JSON.parse(good.stdout), { count: "3" });

  const bad = await plaintext("-d", position(1) + position(91), url);
  match(JSON.parse(bad.stderr).message, /^position 1: location\.lat: 91 is out of range/);
});

test("calls over TLS, trusting the development CA alone", async () => {
  await using folder = await TemporaryFolder.make();
  await using serving = await ServingProgram.start([
    "--tls",
    "--reflection",
    "--certs-dir",
    folder.path,
  ]);
  const url = `https://${serving.address}/Rides/Start`;
  const trusted = await curl("--cacert", `${folder.path}/ca.pem`, "-d", RIDE, url);
  equal(trusted.code, 0, trusted.stderr);
  match(JSON.parse(trusted.stdout).id, UUID_V7);

  const untrusted = await curl("--schema", fromFileUrl(PROTO_ROOT), "-d", RIDE, url);
  match(untrusted.stderr, /certificate signed by unknown authority/);
});

test("finds no contracts where reflection is off", async () => {
  await using serving = await ServingProgram.start(["--no-reflection"]);
  const { code, stderr } = await plaintext("-d", RIDE, `http://${serving.address}/Rides/Start`);
  equal(code === 0, false);
  match(stderr, /failed to find service named "Rides"/);
});
