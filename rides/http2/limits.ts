/**
 * What peers may cost this server. Every limit but the first is enforced per connection; going over one
 * closes that connection (or resets the stream, where it says so) and touches no other.
 */
export interface Limits {
  /** Connections to one listener at once; further ones are closed unheard. 1 to 1,000,000. */
  readonly maxConnections: number;
  /** Streams open at once, as SETTINGS_MAX_CONCURRENT_STREAMS; further ones are refused. 1 to 100,000. */
  readonly maxConcurrentStreams: number;

  /** Encoded bytes of one header block (HEADERS with its CONTINUATIONs). 1,024 to 16 MiB. */
  readonly maxHeaderBlockBytes: number;
  /**
   * Decoded bytes of one header list, names and values and 32 a field, as
   * SETTINGS_MAX_HEADER_LIST_SIZE; a larger request is reset. 1,024 to 16 MiB.
   */
  readonly maxHeaderListBytes: number;
  /** Fields in one header list; a request with more is reset. 8 to 10,000. */
  readonly maxHeaderPairs: number;
  /** CONTINUATION frames after one HEADERS. 0 to 10,000; zero allows none. */
  readonly maxContinuationFrames: number;
  /** Bytes of HPACK's dynamic table, each way. 0 to 65,536; zero keeps no table. */
  readonly headerTableBytes: number;

  /** The largest frame taken, as SETTINGS_MAX_FRAME_SIZE. 16,384 to 16,777,215. */
  readonly maxFrameBytes: number;
  /** Received bytes that a stream's handler may leave unread. 1 to 2^31 - 1. */
  readonly streamWindowBytes: number;
  /** Received bytes that a connection's handlers may leave unread together. 65,535 to 2^31 - 1. */
  readonly connectionWindowBytes: number;

  /** Bytes a handler may have written to a stream and the peer not yet taken; over it, reset. 65,536 to 2^31 - 1. */
  readonly maxQueuedBytesPerStream: number;
  /** The same, of all streams of a connection. 65,536 to 2^31 - 1. */
  readonly maxQueuedBytesPerConnection: number;

  /** The span that the four flood limits count over. 100 to 3,600,000. */
  readonly floodIntervalMs: number;
  /** Streams that the peer makes fail in an interval: reset by it, refused, malformed. 0 to 2^31 - 1; zero: no limit. */
  readonly maxResetsPerInterval: number;
  /** PING frames in an interval. 0 to 2^31 - 1; zero: no limit. */
  readonly maxPingsPerInterval: number;
  /** SETTINGS frames in an interval. 0 to 2^31 - 1; zero: no limit. */
  readonly maxSettingsPerInterval: number;
  /** Frames in an interval that carry nothing (DATA, HEADERS, CONTINUATION without bytes or end). 0 to 2^31 - 1; zero: no limit. */
  readonly maxEmptyFramesPerInterval: number;

  /** From the connection to the end of the client's preface and first SETTINGS. 0 to 3,600,000; zero: no limit. */
  readonly prefaceTimeoutMs: number;
  /** From our SETTINGS to their acknowledgement. 0 to 3,600,000; zero: no limit. */
  readonly settingsAckTimeoutMs: number;
  /** From a TCP connection to the end of its TLS handshake. 0 to 3,600,000; zero: no limit. */
  readonly tlsHandshakeTimeoutMs: number;
  /**
   * How long a peer may leave bytes that wait for it untaken: a stream that moves less than 1,024
   * of them in that time is reset, a socket that moves none is destroyed, both within twice that
   * time. 0 to 3,600,000; zero: no limit.
   */
  readonly stallTimeoutMs: number;
}

export type LimitName = keyof Limits;

interface Bounds {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR_MS = 3_600_000;
const MAX_INT31 = 2 ** 31 - 1;

const BOUNDS: Readonly<Record<LimitName, Bounds>> = {
  maxConnections: { default: 5_000, min: 1, max: 1_000_000 },
  maxConcurrentStreams: { default: 100, min: 1, max: 100_000 },
  maxHeaderBlockBytes: { default: 64 * KIB, min: KIB, max: 16 * MIB },
  maxHeaderListBytes: { default: 64 * KIB, min: KIB, max: 16 * MIB },
  maxHeaderPairs: { default: 128, min: 8, max: 10_000 },
  maxContinuationFrames: { default: 16, min: 0, max: 10_000 },
  headerTableBytes: { default: 4 * KIB, min: 0, max: 64 * KIB },
  maxFrameBytes: { default: 16 * KIB, min: 16 * KIB, max: 16 * MIB - 1 },
  streamWindowBytes: { default: 256 * KIB, min: 1, max: MAX_INT31 },
  connectionWindowBytes: { default: MIB, min: 65_535, max: MAX_INT31 },
  maxQueuedBytesPerStream: { default: 32 * MIB, min: 64 * KIB, max: MAX_INT31 },
  maxQueuedBytesPerConnection: { default: 64 * MIB, min: 64 * KIB, max: MAX_INT31 },
  floodIntervalMs: { default: 10_000, min: 100, max: HOUR_MS },
  maxResetsPerInterval: { default: 1_000, min: 0, max: MAX_INT31 },
  maxPingsPerInterval: { default: 10_000, min: 0, max: MAX_INT31 },
  maxSettingsPerInterval: { default: 100, min: 0, max: MAX_INT31 },
  maxEmptyFramesPerInterval: { default: 1_000, min: 0, max: MAX_INT31 },
  prefaceTimeoutMs: { default: 10_000, min: 0, max: HOUR_MS },
  settingsAckTimeoutMs: { default: 10_000, min: 0, max: HOUR_MS },
  tlsHandshakeTimeoutMs: { default: 10_000, min: 0, max: HOUR_MS },
  stallTimeoutMs: { default: 300_000, min: 0, max: HOUR_MS },
};

export const DEFAULT_LIMITS: Limits = resolveLimits({});

/** The limits with their defaults filled in; throws RangeError for one out of its bounds. */
export function resolveLimits(given: Partial<Limits>): Limits {
  const resolved: Record<string, number> = {};
  for (const [name, bounds] of Object.entries(BOUNDS)) {
    const value = given[name as LimitName] ?? bounds.default;
    if (!Number.isInteger(value) || value < bounds.min || value > bounds.max) {
      throw new RangeError(
        `Cannot use limit ${name}=${value}: must be an integer from ${bounds.min} to ${bounds.max}`,
      );
    }
    resolved[name] = value;
  }
  return resolved as unknown as Limits;
}
