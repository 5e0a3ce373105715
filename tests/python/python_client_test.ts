/** `client.py`, written as the reference's clients are, against `rides serve`. */
import { deepEqual, equal, match } from "node:assert/strict";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { UUID_V7 } from "../support/rides.ts";
import { generateStubs, hasPython, runClient, unlessPython } from "./stubs.ts";

const ignore = !hasPython;

function check([started, ...others]: [string, unknown][]): void {
  equal(started?.[0], "ride_start");
  match(String(started?.[1]), UUID_V7);
  const track = "position 3: location.lng: 200 is out of range [-180, 180]";
  deepEqual(others, [
    ["track", 10],
    ["bad ride_start", {
      code: "INVALID_ARGUMENT",
      details: "driver_id: empty",
      violations: [
        "driver_id: empty",
        'passengers_ids: duplicate "M"',
        "location.lat: 91 is out of range [-90, 90]",
      ],
    }],
    ["bad track", {
      code: "INVALID_ARGUMENT",
      details: `${track} (3 were counted before it)`,
      violations: ["location.lng: 200 is out of range [-180, 180]"],
    }],
    ["getInfor", { name: "trung", id: 1, married: false }],
    ["checkMarried", false],
    ["getInfor", { name: "daniel", id: 2, married: true }],
    ["checkMarried", true],
    ["bad getInfor", {
      code: "INVALID_ARGUMENT",
      details: "name: empty",
      violations: ["name: empty"],
    }],
  ]);
}

Deno.test({
  name: `Python client - every call of the reference, plaintext${unlessPython}`,
  ignore,
  async fn() {
    await using folder = await TemporaryFolder.make();
    await generateStubs(folder.path);
    await using serving = await ServingProgram.start();
    check(await runClient("client.py", folder.path, ["--port", String(serving.port)]));
  },
});

Deno.test({
  name: `Python client - every call of the reference, TLS with the development CA${unlessPython}`,
  ignore,
  async fn() {
    await using folder = await TemporaryFolder.make();
    await generateStubs(folder.path);
    await using serving = await ServingProgram.start(["--tls", "--certs-dir", folder.path]);
    const port = String(serving.port);
    check(
      await runClient("client.py", folder.path, ["--port", port, "--ca", `${folder.path}/ca.pem`]),
    );
  },
});
