import { deepEqual, equal, ok } from "node:assert/strict";
import { Server, type ServiceDefinition } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { SCOPES } from "../../../rides/domain/scope.ts";
import { METHOD_SCOPES } from "../../../rides/server/auth/method_scopes.ts";
import { contracts } from "../../../rides/wire/descriptors.ts";
import { Guarded } from "../../support/guarded.ts";
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
    await using _serving = await Serving.start({ reflection: true, channelz: true });
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
  const paths = Object.values(contracts())
    .flatMap((entry) => "format" in entry ? [] : pathsOf(entry as ServiceDefinition));
  ok(paths.includes("/rides.v1.RideService/CreateRide"));
  deepEqual(paths.filter((path) => !Object.hasOwn(METHOD_SCOPES, path)), []);
});

const asItIs = (bytes: Buffer) => bytes;

/** What a call of the method with an empty message ends with. */
async function statusOf(guarded: Guarded, path: string, caller?: string): Promise<string> {
  const options = caller === undefined ? {} : guarded.tokens.as(caller);
  const method = { path, requestSerialize: asItIs, responseDeserialize: asItIs };
  const { status } = await guarded.channel.call(method, Buffer.alloc(0), options);
  return status;
}

Deno.test("METHOD_SCOPES - is what every method asks over the wire", async (test) => {
  const others = (scope: string) => SCOPES.filter((one) => one !== scope && one !== "admin").join();
  await using guarded = await Guarded.start({
    ...Object.fromEntries(SCOPES.map((scope) => [`not-${scope.replace(":", "-")}`, others(scope)])),
  });
  for (const path of await registered()) {
    const required = METHOD_SCOPES[path] ?? "admin";
    if (required === "public") continue;
    await test.step(`${path} asks for ${required}`, async () => {
      equal(await statusOf(guarded, path), "UNAUTHENTICATED");
      if (required === "authenticated") return;
      const other = `not-${required.replace(":", "-")}`;
      equal(await statusOf(guarded, path, other), "PERMISSION_DENIED");
    });
  }
});
