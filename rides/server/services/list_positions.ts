import type { ServerUnaryCall } from "@grpc/grpc-js";
import { refuseIfAny, type Violation } from "../../domain/failure.ts";
import { simplify } from "../../domain/simplify.ts";
import type { CarIndex } from "../../live/car_index.ts";
import { FixColumns } from "../../storage/fix_columns.ts";
import type { PositionStore } from "../../storage/storage.ts";
import type { ListPositions, PositionPage } from "../../wire/v1/car_service.ts";
import { carIdOf } from "./names.ts";
import { requireKnown } from "./car_queries.ts";
import { Listings } from "./listings.ts";
import { pageSize, pageToken, placeOf } from "./paging.ts";
import { spanOf } from "./time_span.ts";

const PAGE_SIZE = 1_000;
const MAX_PAGE_SIZE = 10_000;

/** So many positions of a line are read at a time, a millisecond's work. */
const PIECE = 2_000;

/** The most positions that a simplification works on: of a longer line it sees every second, fourth, … one. */
const MAX_LINE = 50_000;

/** How many lines are held at a time, of 2.5 MB each; of each caller one, since it may take a minute. */
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
        pages.take(call, () => store.listFixes(carId, startMs, toMs, PIECE));
      return await lines.take(call, async () => {
        using line = await wholeLine(list, fromMs);
        const chosen = simplify(line, request.simplifyTo);
        return { positions: chosen.map((row) => line.at(row)), nextPageToken: "" };
      });
    }
    const list = () => store.listFixes(carId, fromMs, toMs, size + 1);
    using found = await (size > SHORT_PAGE ? pages.take(call, list) : list());
    const positions = found.toFixes(size);
    if (found.rows <= size) return { positions, nextPageToken: "" };
    const timeMs = positions.at(-1)!.timeMs;
    return { positions, nextPageToken: pageToken(query, { timeMs }) };
  };
}

/**
 * The positions of the range, thinned out evenly where there are too many of them.
 *
 * @param list what there is from a time on, as many as a piece has
 */
async function wholeLine(
  list: (startMs: number) => Promise<FixColumns>,
  fromMs: number,
): Promise<FixColumns> {
  let piece = await list(fromMs);
  if (piece.rows < PIECE) return piece;
  const line = new FixColumns(MAX_LINE + PIECE);
  let [stride, read] = [1, 0];
  for (;;) {
    for (let row = line.rows * stride - read; row < piece.rows; row += stride) {
      line.pushRow(piece, row);
    }
    read += piece.rows;
    if (line.rows > MAX_LINE) {
      keepEverySecond(line);
      stride *= 2;
    }
    if (piece.rows < PIECE) break;
    const next = await list(piece.timeMs[piece.rows - 1] as number + 1);
    if (next.rows === 0) break;
    piece[Symbol.dispose]();
    piece = next;
  }
  if ((read - 1) % stride !== 0) line.pushRow(piece, piece.rows - 1);
  piece[Symbol.dispose]();
  return line;
}

function keepEverySecond(line: FixColumns): void {
  const { rows } = line;
  line.rows = 0;
  for (let row = 0; row < rows; row += 2) line.pushRow(line, row);
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
