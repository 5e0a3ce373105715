/**
 * A ride-tracking service over gRPC: the server and the client, for other programs and for tests.
 *
 * @example Serve, start a ride and track a car, in one process
 * ```ts
 * import { createServer, referencePositions, RidesClient } from "@rides/rides";
 *
 * await using server = await createServer({ listen: ["127.0.0.1:0"] });
 * await using client = new RidesClient({ address: `127.0.0.1:${server.listeners[0]?.port}` });
 * const id = await client.start({ carId: 7n, driverId: "John Doe", passengerIds: ["M"], type: 1 });
 * const count = await client.track(referencePositions(10));
 * ```
 *
 * @module
 */

export { createServer, type Listener, type RidesServer } from "./server/server.ts";
export type { ServerOptions, ServerTls } from "./server/options.ts";
export type { Call, CallStatus, Interceptor } from "./server/interceptors/interceptor.ts";
export { Readiness, type ReadinessListener } from "./server/readiness.ts";
export type { CallerLists } from "./server/auth/access.ts";
export type { AuthOptions } from "./server/auth/options.ts";
export type { Requirement } from "./server/auth/method_scopes.ts";
export { AuthFileError } from "./server/auth/auth_file.ts";
export { type Caller, callerOf } from "./server/auth/caller.ts";
export { digestOf, newToken } from "./server/auth/tokens.ts";
export type { PresentedCertificate } from "./server/tls_credentials.ts";
export type { Service } from "./server/services/service.ts";
export { type Setting, type SettingName, SETTINGS, type Settings } from "./server/settings.ts";
export { DEFAULT_LIMITS, type Limits } from "./server/limits.ts";
export type { AdminOptions } from "./server/admin/options.ts";
export { Metrics } from "./server/metrics/metrics.ts";
export type { Family, HistogramPoint, Labels, NumberPoint } from "./server/metrics/family.ts";
export type { FeedObserver, StoreObserver } from "./domain/observers.ts";
export { ListenError } from "./server/errors.ts";
export { createLog, type Fields, type Level, type Log, type LogFormat } from "./server/log.ts";

export { RidesClient } from "./client/client.ts";
export type { ClientOptions, ClientTls } from "./client/options.ts";
export type { RetryOptions } from "./client/retry.ts";
export { CallFailure } from "./client/call_failure.ts";
export { LineError, positionLines } from "./client/position_lines.ts";
export type { RideCalls, RideQuery } from "./client/ride_calls.ts";
export type { CarCalls, CarSearch, HistoryQuery } from "./client/car_calls.ts";
export type { Watched, WatchOptions } from "./client/resuming.ts";
export { decodeBatch, encodeBatch, MAX_BATCH } from "./client/upload/batch.ts";
export {
  type Block,
  positionBlocks,
  type RefusedLine,
  type Run,
} from "./client/upload/position_blocks.ts";
export { AsideError } from "./client/upload/put_aside.ts";
export { NO_SOURCE, type SourceMark } from "./client/upload/source_mark.ts";
export { Spool } from "./client/upload/spool.ts";
export { SpoolError } from "./client/upload/spool_file.ts";
export { upload, type UploadEvent, type UploadOptions } from "./client/upload/upload.ts";

export { type Location } from "./domain/location.ts";
export type { Person } from "./domain/person.ts";
export type { Position } from "./domain/position.ts";
export type { Change } from "./domain/commit.ts";
export { type Fix, FIX_FLAGS, locationOf, type StoredFix, UNKNOWN } from "./domain/fix.ts";
export {
  type Ride,
  rideName,
  type RideRequest,
  type RideType,
  type ValidRideRequest,
} from "./domain/ride.ts";
export { RIDE_STATES, type RideState } from "./domain/ride_state.ts";
export { RIDE_TYPES, type RideStart } from "./domain/ride_start.ts";
export { type Timestamp } from "./domain/timestamp.ts";
export { referencePositions } from "./domain/reference_positions.ts";
export {
  Cancelled,
  Failure,
  InvalidArgument,
  NotFound,
  PermissionDenied,
  ResourceExhausted,
  Unauthenticated,
  Unavailable,
  type Violation,
} from "./domain/failure.ts";
export { type Scope, SCOPES } from "./domain/scope.ts";
export {
  type CarKey,
  checkStorageSpec,
  FixColumns,
  type Group,
  type ListedRides,
  openStorage,
  type PersonRegistry,
  type PositionStore,
  type RideFilter,
  type RidePlace,
  type RideStore,
  type Storage,
  StorageError,
  type StorageLog,
  type StorageOptions,
  type StorageStats,
  type StorageStatus,
  type TransferredColumns,
} from "./storage/mod.ts";
export type { ServingStatus } from "./wire/health.ts";
export type { Address } from "./wire/address.ts";
export type { FoundCar } from "./wire/v1/car_service.ts";
export type { WatchCarsEvents, WatchRideEvents, WatchScope } from "./wire/v1/watch.ts";

export {
  clientCertificate,
  type DevelopmentCertificates,
  developmentCertificates,
} from "./tls/development.ts";
export { loadAuthorities, loadCertificate, loadPair, TlsFileError } from "./tls/load.ts";
export type { PemPair } from "./tls/pem_files.ts";
