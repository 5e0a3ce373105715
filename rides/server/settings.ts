import { type Bounds, resolveNumbers } from "../runtime/mod.ts";

/** A number that the operator of a server may set: its bounds, its meaning and its flag. */
export interface Setting extends Bounds {
  /**
   * What sets it on the command line. The variable is named after it: that of `--max-message` is
   * `RIDES_MAX_MESSAGE`. Durations are written as `5s`, sizes as `4MiB`, counts plainly.
   */
  readonly flag: `--${string}`;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
/** Close to the longest that a timer can wait, 2^31 - 1 ms. */
const DAYS_24_MS = 24 * 24 * 3_600_000;

/**
 * Every number setting of the server but those of its HTTP/2 engine, which are in `http2/limits.ts`.
 * The suffix of a name is its unit: `Ms`, `Bytes`, or a count without one. From this table come the
 * options of {@linkcode createServer}, the flags of `rides serve`, their variables, and the table in
 * ops/LIMITS.md; a test goes through all of them at both bounds and beyond.
 */
export const SETTINGS = {
  maxMessageBytes: {
    flag: "--max-message",
    default: 4 * MIB,
    min: 1,
    max: GIB,
    meaning: "the largest message that is received",
  },
  maxUnfinishedBytesPerConnection: {
    flag: "--max-unfinished-per-connection",
    default: 32 * MIB,
    min: KIB,
    max: GIB,
    meaning:
      "unfinished messages of one connection, and the requests of its running unary calls; the call that exceeds it ends",
  },
  maxUnfinishedBytes: {
    flag: "--max-unfinished",
    default: 256 * MIB,
    min: KIB,
    max: 64 * GIB,
    meaning: "the same for all connections; the calls that hold most end",
  },
  maxInflation: {
    flag: "--max-inflation",
    default: 100,
    min: 1,
    max: 1_100,
    meaning: "how many times its compressed size a message may inflate to, beyond 16 KiB",
  },
  maxCalls: {
    flag: "--max-calls",
    default: 10_000,
    min: 1,
    max: 1_000_000,
    meaning:
      "calls that run at once in the whole server; beyond it, calls of the address that makes most give way",
  },
  maxCallsPerConnection: {
    flag: "--max-calls-per-connection",
    default: 0,
    min: 0,
    max: 100_000,
    meaning: "calls that run at once on one connection, cancelled ones until their handlers end",
    zero: "as many as it may have streams (`maxConcurrentStreams`)",
  },
  ratePerAddress: {
    flag: "--rate-per-address",
    default: 0,
    min: 0,
    max: 1_000_000,
    meaning: "calls a second from one IPv4 address or IPv6 /64, whoever makes them",
    zero: "no limit",
  },
  ratePerIdentity: {
    flag: "--rate-per-identity",
    default: 0,
    min: 0,
    max: 1_000_000,
    meaning: "calls a second by one authenticated caller",
    zero: "no limit",
  },
  rateBurst: {
    flag: "--rate-burst",
    default: 100,
    min: 1,
    max: 1_000_000,
    meaning: "calls that either may make at once after a rest",
  },
  maxDeadlineMs: {
    flag: "--max-deadline",
    default: 60_000,
    min: 0,
    max: DAYS_24_MS,
    meaning: "how long a unary call may take, whatever its deadline",
    zero: "as long as its deadline",
  },
  maxStreamMs: {
    flag: "--max-stream",
    default: 0,
    min: 0,
    max: DAYS_24_MS,
    meaning: "the same for calls that stream in either direction",
    zero: "as long as its deadline",
  },
  drainDelayMs: {
    flag: "--drain-delay",
    default: 0,
    min: 0,
    max: DAYS_24_MS,
    meaning: "how long to report not ready at shutdown before calls are refused",
  },
  graceMs: {
    flag: "--grace",
    default: 10_000,
    min: 0,
    max: DAYS_24_MS,
    meaning: "how long running calls have to finish at shutdown",
    zero: "they are cut at once",
  },
  maxAgeMs: {
    flag: "--max-age",
    default: 0,
    min: 0,
    max: DAYS_24_MS,
    meaning: "age at which a connection takes no more calls and is closed, give or take a tenth",
    zero: "any",
  },
  maxAgeGraceMs: {
    flag: "--max-age-grace",
    default: 10_000,
    min: 0,
    max: DAYS_24_MS,
    meaning: "how long its running calls may then continue",
    zero: "to their end",
  },
  keepaliveMs: {
    flag: "--keepalive",
    default: 120_000,
    min: 1_000,
    max: DAYS_24_MS,
    meaning: "silence after which a client is asked whether it is still there",
  },
  keepaliveTimeoutMs: {
    flag: "--keepalive-timeout",
    default: 20_000,
    min: 100,
    max: DAYS_24_MS,
    meaning: "how long it has to answer before its connection is closed",
  },
  maxCars: {
    flag: "--max-cars",
    default: 1_000_000,
    min: 1,
    max: 100_000_000,
    meaning: "cars that positions are kept of, about 700 bytes of memory each; others are refused",
  },
  watchGatherMs: {
    flag: "--watch-gather",
    default: 25,
    min: 0,
    max: 10_000,
    meaning: "how long events for watchers gather at most, to be sent in one response",
    zero: "not at all, they are sent at once",
  },
  watchLateMs: {
    flag: "--watch-late",
    default: 1_000,
    min: 0,
    max: 60_000,
    meaning:
      "how late a watcher may be before it gets only the newest of each car's waiting positions",
  },
  watchStallMs: {
    flag: "--watch-stall",
    default: 30_000,
    min: 100,
    max: 3_600_000,
    meaning: "how long a watcher may take nothing, while something waits for it, before it is cut",
  },
  watchMemoryBytes: {
    flag: "--watch-memory",
    default: 16 * MIB,
    min: 64 * KIB,
    max: GIB,
    meaning:
      "memory for the latest events, shared by all watchers; older ones are read from the store",
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The name of a number setting. */
export type SettingName = keyof typeof SETTINGS;

/** A value for every number setting, in the unit that its name ends with. */
export type Settings = { readonly [Name in SettingName]: number };

/**
 * The number settings among `given`, with the defaults filled in.
 *
 * @throws {RangeError} for one that is no integer within its bounds
 */
export function resolveSettings(given: Partial<Settings>): Settings {
  return resolveNumbers(SETTINGS, given);
}
