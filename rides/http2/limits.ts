import { INITIAL_WINDOW, MAX_WINDOW } from "./frame.ts";

/** A number with its bounds, as an operator needs to know it. */
export interface Bounds {
  readonly default: number;
  /** The least that is taken. */
  readonly min: number;
  /** The most that is taken. */
  readonly max: number;
  /** What it is, in a line. */
  readonly meaning: string;
  /** What zero does, where it does not follow from the meaning. */
  readonly zero?: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR_MS = 3_600_000;
const MAX_INT31 = 2 ** 31 - 1;

/**
 * What peers may cost this server. Every limit but the first three and `maxBufferedBytes` is enforced
 * per connection; going over one closes that connection (or resets the stream, where it says so) and
 * touches no other. The suffix of a name is its unit: `Ms`, `Bytes`, or a count without one.
 */
export const LIMITS = {
  maxConnections: {
    default: 5_000,
    min: 1,
    max: 1_000_000,
    meaning: "connections at once, to all listeners; further ones are closed unread",
  },
  maxConnectionsPerAddress: {
    default: 1_000,
    min: 0,
    max: 1_000_000,
    meaning: "connections at once from one IPv4 address, or one IPv6 /64",
    zero: "no limit",
  },
  maxFailedHandshakes: {
    default: 200,
    min: 0,
    max: MAX_INT31,
    meaning:
      "TLS handshakes of one address (as above) that fail in an interval, less those that succeed; beyond it, its connections are closed before TLS until the next",
    zero: "no limit",
  },
  maxConcurrentStreams: {
    default: 100,
    min: 1,
    max: 100_000,
    meaning: "streams open at once (SETTINGS_MAX_CONCURRENT_STREAMS); further ones are refused",
  },
  maxHeaderBlockBytes: {
    default: 16 * KIB,
    min: KIB,
    max: 16 * MIB,
    meaning: "encoded bytes of one header block: HEADERS with its CONTINUATIONs",
  },
  maxHeaderListBytes: {
    default: 16 * KIB,
    min: KIB,
    max: 16 * MIB,
    meaning:
      "decoded bytes of one header list, plus 32 for each field (SETTINGS_MAX_HEADER_LIST_SIZE); a larger request is reset",
  },
  maxHeaderPairs: {
    default: 128,
    min: 8,
    max: 10_000,
    meaning: "fields in one header list; a request with more is reset",
  },
  maxContinuationFrames: {
    default: 16,
    min: 0,
    max: 10_000,
    meaning: "CONTINUATION frames after one HEADERS",
  },
  headerTableBytes: {
    default: 4 * KIB,
    min: 0,
    max: 64 * KIB,
    meaning: "HPACK's dynamic table, each way",
    zero: "no table",
  },
  maxFrameBytes: {
    default: 16 * KIB,
    min: 16 * KIB,
    max: 16 * MIB - 1,
    meaning: "the largest frame taken (SETTINGS_MAX_FRAME_SIZE)",
  },
  streamWindowBytes: {
    default: 256 * KIB,
    min: 1,
    max: MAX_WINDOW,
    meaning: "received bytes that a stream's handler may leave unread",
  },
  connectionWindowBytes: {
    default: MIB,
    min: INITIAL_WINDOW,
    max: MAX_WINDOW,
    meaning: "received bytes that a connection's handlers may leave unread together",
  },
  maxQueuedBytesPerStream: {
    default: 32 * MIB,
    min: 64 * KIB,
    max: MAX_INT31,
    meaning: "bytes written to a stream that the peer has not taken; over it the stream is reset",
  },
  maxQueuedBytesPerConnection: {
    default: 64 * MIB,
    min: 64 * KIB,
    max: MAX_INT31,
    meaning: "the same for all streams of a connection together",
  },
  maxBufferedBytes: {
    default: 256 * MIB,
    min: 64 * KIB,
    max: 64 * 1024 * MIB,
    meaning:
      "bytes received and not read, or written and not taken, of all connections; those that hold most end",
  },
  floodIntervalMs: {
    default: 10_000,
    min: 100,
    max: HOUR_MS,
    meaning: "the interval of the limits that count per interval",
  },
  maxResetsPerInterval: {
    default: 1_000,
    min: 0,
    max: MAX_INT31,
    meaning: "streams that fail in an interval through the peer: reset by it, refused or malformed",
    zero: "no limit",
  },
  maxPingsPerInterval: {
    default: 10_000,
    min: 0,
    max: MAX_INT31,
    meaning: "PING frames in an interval",
    zero: "no limit",
  },
  minPingIntervalMs: {
    default: 5_000,
    min: 0,
    max: HOUR_MS,
    meaning:
      "least time between two PING frames, with no response in between; the third that is too early ends the connection",
    zero: "no limit",
  },
  maxSettingsPerInterval: {
    default: 100,
    min: 0,
    max: MAX_INT31,
    meaning: "SETTINGS frames in an interval",
    zero: "no limit",
  },
  maxEmptyFramesPerInterval: {
    default: 1_000,
    min: 0,
    max: MAX_INT31,
    meaning:
      "frames in an interval that carry nothing: DATA, HEADERS or CONTINUATION without bytes or end, acknowledgements, PRIORITY, unknown types, WINDOW_UPDATE beyond ten for each request and each frame of a response, and RST_STREAM of streams that are gone beyond one for each request",
    zero: "no limit",
  },
  prefaceTimeoutMs: {
    default: 10_000,
    min: 0,
    max: HOUR_MS,
    meaning: "time from the connection to the client's preface and first SETTINGS",
    zero: "no limit",
  },
  settingsAckTimeoutMs: {
    default: 10_000,
    min: 0,
    max: HOUR_MS,
    meaning: "time from our SETTINGS to their acknowledgement",
    zero: "no limit",
  },
  firstRequestTimeoutMs: {
    default: 60_000,
    min: 0,
    max: HOUR_MS,
    meaning: "time from the acknowledgement of our SETTINGS to the first request",
    zero: "no limit",
  },
  idleTimeoutMs: {
    default: 1_800_000,
    min: 0,
    max: 24 * HOUR_MS,
    meaning: "how long a connection may be without a request, after its first",
    zero: "no limit",
  },
  tlsHandshakeTimeoutMs: {
    default: 10_000,
    min: 0,
    max: HOUR_MS,
    meaning: "time from a TCP connection to the end of its TLS handshake",
    zero: "no limit",
  },
  stallTimeoutMs: {
    default: 300_000,
    min: 0,
    max: HOUR_MS,
    meaning:
      "how long a peer may leave bytes waiting: a stream that takes less than 1,024 of them in that time is reset, a socket that takes none is destroyed, within twice that time",
    zero: "no limit",
  },
} as const satisfies Readonly<Record<string, Bounds>>;

export type LimitName = keyof typeof LIMITS;

/**
 * Called when a limit is exceeded, once per connection and limit; `peer` is an address with its port, as in
 * "127.0.0.1:80" or "[::1]:80", or "unknown" if the peer was gone by then.
 */
export type LimitListener = (limit: LimitName, reason: string, peer: string) => void;

/** A value for every limit, in the unit that its name ends with. */
export type Limits = { readonly [Name in LimitName]: number };

export const DEFAULT_LIMITS: Limits = resolveLimits();

/** The limits with their defaults filled in; throws RangeError for one out of its bounds. */
export function resolveLimits(given: Partial<Limits> = {}): Limits {
  return resolveNumbers(LIMITS, given);
}

/** Those of `given` that the table names, and its defaults for the rest; throws RangeError. */
export function resolveNumbers<Name extends string>(
  table: Readonly<Record<Name, Bounds>>,
  given: { readonly [Key in Name]?: number },
): { readonly [Key in Name]: number } {
  const resolved = {} as Record<Name, number>;
  for (const name of Object.keys(table) as Name[]) {
    const { default: preset, min, max } = table[name];
    const value = given[name] ?? preset;
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(
        `Cannot use ${name}=${value}: must be an integer from ${min} to ${max}`,
      );
    }
    resolved[name] = value;
  }
  return resolved;
}
