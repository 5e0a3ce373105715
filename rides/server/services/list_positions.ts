import type { ServerUnaryCall } from "@grpc/grpc-js";
import { Cancelled, refuseIfAny, type Violation } from "../../domain/failure.ts";
import type { StoredFix } from "../../domain/fix.ts";
import { simplify } from "../../domain/simplify.ts";
import type { CarIndex } from "../../live/car_index.ts";
import type { PositionStore } from "../../storage/storage.ts";
import type { ListPositions, PositionPage } from "../../wire/v1/car_service.ts";
import { carIdOf } from "./names.ts";
import { requireKnown } from "./car_queries.ts";
import { pageSize, pageToken, placeOf } from "./paging.ts";
import { spanOf } from "./time_span.ts";

const PAGE_SIZE = 1_000;
const MAX_PAGE_SIZE = 10_000;

/**
 * The most positions that a simplification works on: of a longer line it sees every second, fourth, … one.
 * This many take about 6 ms, during which nobody else has a turn.
 */
const MAX_LINE = 50_000;

type Call = Pick<ServerUnaryCall<ListPositions, PositionPage>, "request" | "cancelled">;

/** The handler of ListPositions. */
export function listPositions(store: PositionStore, index: CarIndex) {
  return async (call: Call): Promise<PositionPage> => {
    const { request } = call;
    const violations: Violation[] = [];
    const { pageSize: _, pageToken: token, ...query } = request;
    const size = pageSize(request.pageSize, PAGE_SIZE, MAX_PAGE_SIZE, violations);
    const place = placeOf(token, query, isPlace, violations);
    const span = spanOf(request.from, request.to, violations, "time");
    checkSimplifyTo(request.simplifyTo, violations);
    refuseIfAny(violations);
    const carId = carIdOf("parent", request.parent);
    requireKnown(index, carId);
    const fromMs = place ? place.timeMs + 1 : span.fromMs ?? 0;
    const toMs = span.toMs ?? Number.MAX_SAFE_INTEGER;
    if (request.simplifyTo > 0) {
      const line = await wholeLine(call, store, carId, fromMs, toMs);
      return { positions: simplify(line, request.simplifyTo), nextPageToken: "" };
    }
    const found = await store.listFixes(carId, fromMs, toMs, size + 1);
    if (found.length <= size) return { positions: found, nextPageToken: "" };
    const positions = found.slice(0, size);
    const timeMs = positions.at(-1)!.timeMs;
    return { positions, nextPageToken: pageToken(query, { timeMs }) };
  };
}

/**
 * The positions of the range, thinned out evenly where there are too many of them.
 *
 * @throws {Cancelled} if the client leaves meanwhile
 */
async function wholeLine(
  call: Call,
  store: PositionStore,
  carId: bigint,
  fromMs: number,
  toMs: number,
): Promise<StoredFix[]> {
  let line: StoredFix[] = [];
  let [stride, index, last] = [1, 0, undefined as StoredFix | undefined];
  for (let start = fromMs;;) {
    const fixes = await store.listFixes(carId, start, toMs, MAX_PAGE_SIZE);
    for (const fix of fixes) if (index++ % stride === 0) line.push(fix);
    if (line.length > MAX_LINE) {
      line = line.filter((_, index) => index % 2 === 0);
      stride *= 2;
    }
    last = fixes.at(-1) ?? last;
    if (!last || fixes.length < MAX_PAGE_SIZE) break;
    if (call.cancelled) throw new Cancelled("the client left");
    start = last.timeMs + 1;
  }
  if (last && line.at(-1) !== last) line.push(last);
  return line;
}

function checkSimplifyTo(count: number, violations: Violation[]): void {
  if (count !== 0 && !(count >= 2 && count <= MAX_PAGE_SIZE)) {
    const reason = `${count} is neither 0 nor from 2 to ${MAX_PAGE_SIZE}`;
    violations.push({ field: "simplify_to", reason });
  }
}

function isPlace(value: unknown): value is { timeMs: number } {
  return Number.isSafeInteger((value as { timeMs?: unknown } | null)?.timeMs);
}
