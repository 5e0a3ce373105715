import { deepEqual, equal, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { InvalidArgument, OutOfRange } from "../../rides/domain/failure.ts";
import { type ResumePoint, ResumeTokens, type Told } from "../../rides/live/resume_token.ts";
import { checkProperty } from "../support/property.ts";

const told: fc.Arbitrary<Told> = fc.oneof(
  fc.record({ kind: fc.constant("cars") }),
  fc.record({
    kind: fc.constant("cars up to"),
    last: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  }),
  fc.record({
    kind: fc.constant("ride"),
    revision: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    active: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("end") }),
);

const point: fc.Arbitrary<ResumePoint> = fc.record({
  cursor: fc.record({ sequence: fc.maxSafeNat(), offset: fc.nat(2 ** 31 - 1) }),
  told,
});

const tokens = new ResumeTokens("store", "cars all");

Deno.test("ResumeTokens - give back where the watch was", () => {
  checkProperty(fc.property(point, (point) => {
    deepEqual(tokens.decode(tokens.encode(point)), point);
  }));
});

Deno.test("ResumeTokens - what a client made up or changed is refused, with the field", () => {
  const madeUp = fc.oneof(fc.string(), fc.base64String(), fc.uint8Array().map(toBase64Url));
  const altered = fc.tuple(point, fc.nat(), fc.constantFrom("", "A", "_", "A_")).map(
    ([point, at, text]) => {
      const token = tokens.encode(point);
      const place = at % token.length;
      const changed = token.slice(0, place) + text + token.slice(place + 1);
      return changed === token ? token.slice(1) : changed;
    },
  );
  checkProperty(fc.property(fc.oneof(madeUp, altered), (token) => {
    throws(() => tokens.decode(token), (error) => {
      equal(error instanceof InvalidArgument && error.violations[0].field, "resume_token");
      return true;
    });
  }));
});

Deno.test("ResumeTokens - who knows how they are made makes none", () => {
  const changed = fc.tuple(point, fc.nat(), fc.integer({ min: 1, max: 255 })).map(
    ([point, place, by]) => {
      const bytes = Buffer.from(tokens.encode(point), "base64url");
      const end = bytes.length - 4;
      // Behind the fingerprints, which say of what it is.
      bytes[17 + place % (end - 17)]! ^= by;
      bytes.writeUInt32BE(crc32(bytes.subarray(0, end)), end);
      return bytes.toString("base64url");
    },
  );
  checkProperty(fc.property(changed, (token) => {
    throws(() => tokens.decode(token), InvalidArgument);
  }));
});

Deno.test("ResumeTokens - one of another watch is refused, one of another store is out of range", () => {
  checkProperty(fc.property(point, (point) => {
    throws(
      () => tokens.decode(new ResumeTokens("store", "cars ids").encode(point)),
      InvalidArgument,
    );
    throws(() => tokens.decode(new ResumeTokens("other", "cars all").encode(point)), OutOfRange);
  }));
});

function toBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
