import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";

const SAMPLERS: Readonly<Record<string, (argument: string | undefined) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(parseRatio(ratio)),
};

/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name, which the SDK does not read.
 *
 * @param name default `parentbased_always_on`
 * @throws {RangeError} if there is no sampler of that name, or the argument is no ratio
 */
export function samplerNamed(
  name: string = "parentbased_always_on",
  argument?: string,
): Sampler {
  const [, ofParent, root = ""] = /^(parentbased_)?(.*)$/.exec(name) ?? [];
  const make = Object.hasOwn(SAMPLERS, root) && SAMPLERS[root];
  if (!make) {
    const names = Object.keys(SAMPLERS).flatMap((name) => [name, `parentbased_${name}`]);
    throw new RangeError(`OTEL_TRACES_SAMPLER: ${name} is none of ${names.join(", ")}`);
  }
  return ofParent ? new ParentBasedSampler({ root: make(argument) }) : make(argument);
}

function parseRatio(text = "1"): number {
  const ratio = text.trim() === "" ? NaN : Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new RangeError(`OTEL_TRACES_SAMPLER_ARG: ${text} is no number from 0 to 1`);
}
