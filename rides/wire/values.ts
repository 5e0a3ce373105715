/** The messages that stand for values in every contract. */
import type { Location } from "../domain/location.ts";
import { fromMilliseconds, type Timestamp, toMilliseconds } from "../domain/timestamp.ts";
import { fromNumber, type Int64, toNumber } from "./codec.ts";

/** `google.protobuf.Timestamp` and `google.protobuf.Duration`. */
export interface TimestampMessage {
  readonly seconds: Int64;
  readonly nanos: number;
}

export function toTimestampMessage({ seconds, nanos }: Timestamp): TimestampMessage {
  return { seconds: fromNumber(seconds), nanos };
}

export function toTimestamp({ seconds, nanos }: TimestampMessage): Timestamp {
  return { seconds: toNumber(seconds), nanos };
}

/** The message of a time in milliseconds since 1970; none for none. */
export function fromMs(ms: number | undefined): TimestampMessage | null {
  return ms === undefined ? null : toTimestampMessage(fromMilliseconds(ms));
}

/** The time of a message in milliseconds since 1970; none for none. */
export function toMs(message: TimestampMessage | null): number | undefined {
  return message ? toMilliseconds(toTimestamp(message)) : undefined;
}

/** A plain object, without what protobufjs adds to its messages. */
export function toLocation({ lat, lng }: Location): Location {
  return { lat, lng };
}
