import { Metadata, status as Code } from "@grpc/grpc-js";
import { deepEqual, equal } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { InvalidArgument, ResourceExhausted } from "../../rides/domain/failure.ts";
import { retryAfterMsOf, violationsOf } from "../../rides/wire/error_details.ts";
import { statusOf } from "../../rides/wire/status.ts";

Deno.test("violationsOf - reads what statusOf wrote", () => {
  const refused = new InvalidArgument([{ field: "car_id", reason: "must be positive" }]);
  deepEqual(violationsOf(statusOf(refused).metadata ?? new Metadata()), refused.violations);
});

Deno.test("violationsOf - details that are no google.rpc.Status name none", () => {
  const trailers = new Metadata();
  trailers.set("grpc-status-details-bin", Buffer.from([0xff, 0xff, 0xff]));
  deepEqual(violationsOf(trailers), []);
});

for (const retryAfterMs of [0, 1, 999, 1_000, 61_250]) {
  Deno.test(`retryAfterMsOf - reads the ${retryAfterMs} ms that statusOf wrote`, () => {
    const { code, metadata } = statusOf(new ResourceExhausted("too many", retryAfterMs));
    equal(code, Code.RESOURCE_EXHAUSTED);
    equal(retryAfterMsOf(metadata), retryAfterMs);
  });
}

Deno.test("retryAfterMsOf - is nothing where it is not known", () => {
  equal(retryAfterMsOf(statusOf(new ResourceExhausted("too many")).metadata), undefined);
});
