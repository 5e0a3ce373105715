import { Metadata } from "@grpc/grpc-js";
import { deepEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { InvalidArgument } from "../../rides/domain/failure.ts";
import { statusOf, violationsOf } from "../../rides/wire/status.ts";

Deno.test("violationsOf - reads what statusOf wrote", () => {
  const refused = new InvalidArgument([{ field: "car_id", reason: "must be positive" }]);
  deepEqual(violationsOf(statusOf(refused).metadata ?? new Metadata()), refused.violations);
});

Deno.test("violationsOf - details that are no google.rpc.Status name none", () => {
  const trailers = new Metadata();
  trailers.set("grpc-status-details-bin", Buffer.from([0xff, 0xff, 0xff]));
  deepEqual(violationsOf(trailers), []);
});
