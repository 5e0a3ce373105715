import { deepEqual, ok } from "node:assert/strict";
import { Server, type ServiceDefinition } from "@grpc/grpc-js";
import { METHOD_SCOPES } from "../../../rides/server/auth/method_scopes.ts";
import { CONTRACTS } from "../../../rides/wire/descriptors.ts";
import { Serving } from "../../support/serving.ts";

/** The paths of all methods that a server with everything turned on registers. */
async function registered(): Promise<string[]> {
  const paths: string[] = [];
  const { addService } = Server.prototype;
  Server.prototype.addService = function (definition, handlers) {
    paths.push(...pathsOf(definition));
    addService.call(this, definition, handlers);
  };
  try {
    await using _serving = await Serving.start({ reflection: true });
    return paths;
  } finally {
    Server.prototype.addService = addService;
  }
}

function pathsOf(definition: ServiceDefinition): string[] {
  return Object.values(definition).map(({ path }) => path);
}

Deno.test("METHOD_SCOPES - has every method that the server registers", async () => {
  const paths = await registered();
  ok(paths.includes("/Rides/Start"));
  deepEqual(paths.filter((path) => !Object.hasOwn(METHOD_SCOPES, path)), []);
});

Deno.test("METHOD_SCOPES - has every method of the contracts", () => {
  const paths = Object.values(CONTRACTS)
    .flatMap((entry) => "format" in entry ? [] : pathsOf(entry as ServiceDefinition));
  ok(paths.includes("/rides.v1.RideService/CreateRide"));
  deepEqual(paths.filter((path) => !Object.hasOwn(METHOD_SCOPES, path)), []);
});
