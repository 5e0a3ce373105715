import { match, throws } from "node:assert/strict";
import { samplerNamed } from "../../../rides/server/telemetry/sampler.ts";

const NAMED: [name: string | undefined, argument: string | undefined, sampler: RegExp][] = [
  [undefined, undefined, /^ParentBased\{root=AlwaysOnSampler,/],
  ["always_on", undefined, /^AlwaysOnSampler$/],
  ["always_off", undefined, /^AlwaysOffSampler$/],
  ["traceidratio", undefined, /^TraceIdRatioBased\{1\}$/],
  ["traceidratio", "0", /^TraceIdRatioBased\{0\}$/],
  ["parentbased_always_off", undefined, /^ParentBased\{root=AlwaysOffSampler,/],
  ["parentbased_traceidratio", "0.01", /^ParentBased\{root=TraceIdRatioBased\{0\.01\},/],
];

for (const [name, argument, sampler] of NAMED) {
  Deno.test(`sampler - ${name} with ${argument} is ${sampler.source}`, () => {
    match(samplerNamed(name, argument).toString(), sampler);
  });
}

for (const ratio of ["-0.1", "1.1", "x", " "]) {
  Deno.test(`sampler - "${ratio}" is no ratio`, () => {
    throws(() => samplerNamed("traceidratio", ratio), {
      name: "RangeError",
      message: `OTEL_TRACES_SAMPLER_ARG: ${ratio} is no number from 0 to 1`,
    });
  });
}

Deno.test("samplerNamed - refuses a name that is none, and one that only every object has", () => {
  for (const name of ["dice", "parentbased_", "constructor", ""]) {
    throws(() => samplerNamed(name), {
      name: "RangeError",
      message: /^OTEL_TRACES_SAMPLER: \w* is none of always_on, parentbased_always_on, /,
    });
  }
});
