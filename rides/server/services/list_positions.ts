import type { ServerUnaryCall } from "@grpc/grpc-js";
import { refuseIfAny, type Violation } from "../../domain/failure.ts";
import type { StoredFix } from "../../domain/fix.ts";
import { simplify } from "../../domain/simplify.ts";
import type { CarIndex } from "../../live/car_index.ts";
import type { PositionStore } from "../../storage/storage.ts";
import type { ListPositions, PositionPage } from "../../wire/v1/car_service.ts";
import { carIdOf } from "./names.ts";
import { requireKnown } from "./car_queries.ts";
import { Listings } from "./listings.ts";
import { pageSize, pageToken, placeOf } from "./paging.ts";
import { spanOf } from "./time_span.ts";

const PAGE_SIZE = 1_000;
const MAX_PAGE_SIZE = 10_000;

/**
 * The most positions that a simplification works on: of a longer line it sees every second, fourth, … one.
 * This many take about 6 ms, during which nobody else has a turn.
 */
const MAX_LINE = 50_000;

/** How many lines are held at a time, of some 8 MB each at most; of each caller one, since it may take a minute. */
const LINES_AT_ONCE = 4;

/** A page of no more than this costs what any short call does. */
const SHORT_PAGE = 100;

type Call = Pick<ServerUnaryCall<ListPositions, PositionPage>, "request" | "cancelled">;

/** The handler of ListPositions. */
export function listPositions(store: PositionStore, index: CarIndex, pages: Listings) {
  const lines = new Listings(LINES_AT_ONCE, 1);
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
      const list = (startMs: number) =>
        pages.take(call, () => store.listFixes(carId, startMs, toMs, MAX_PAGE_SIZE));
      return await lines.take(call, async () => {
        const line = await wholeLine(list, fromMs);
        return { positions: simplify(line, request.simplifyTo), nextPageToken: "" };
      });
    }
    const list = () => store.listFixes(carId, fromMs, toMs, size + 1);
    const found = await (size > SHORT_PAGE ? pages.take(call, list) : list());
    if (found.length <= size) return { positions: found, nextPageToken: "" };
    const positions = found.slice(0, size);
    const timeMs = positions.at(-1)!.timeMs;
    return { positions, nextPageToken: pageToken(query, { timeMs }) };
  };
}

/**
 * The positions of the range, thinned out evenly where there are too many of them.
 *
 * @param list what there is from a time on, as many as a page has
 */
async function wholeLine(
  list: (startMs: number) => Promise<readonly StoredFix[]>,
  fromMs: number,
): Promise<StoredFix[]> {
  let line: StoredFix[] = [];
  let [stride, index, last] = [1, 0, undefined as StoredFix | undefined];
  for (let start = fromMs;;) {
    const fixes = await list(start);
    for (const fix of fixes) if (index++ % stride === 0) line.push(fix);
    if (line.length > MAX_LINE) {
      line = line.filter((_, index) => index % 2 === 0);
      stride *= 2;
    }
    last = fixes.at(-1) ?? last;
    if (!last || fixes.length < MAX_PAGE_SIZE) break;
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
