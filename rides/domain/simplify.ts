/** All the way around the Earth, in 1e-7 degrees. */
const AROUND = 3_600_000_000;

/** A line: places one after the other, in columns. */
export interface Line {
  /** How many places there are; the columns may be longer. */
  readonly rows: number;
  /** Latitudes in 1e-7 degrees. */
  readonly latE7: Int32Array;
  /** Longitudes in 1e-7 degrees. */
  readonly lngE7: Int32Array;
}

/**
 * The rows of `count` places of a line, in order, chosen by how much they shape it: the first, the last, and
 * from each of equal parts in between the place that spans the largest triangle with the place chosen before
 * it and the middle of the next part (largest triangle three buckets; S. Steinarsson, "Downsampling time series
 * for visual representation", 2013), on a plane that is true at the first.
 *
 * @param count from 2; of a line with no more places all are chosen
 */
export function simplify({ rows, latE7, lngE7 }: Line, count: number): number[] {
  if (rows <= count) return Array.from({ length: rows }, (_, row) => row);
  const [firstLatE7, firstLngE7] = [latE7[0] as number, lngE7[0] as number];
  const shrink = Math.cos(firstLatE7 / 1e7 * Math.PI / 180);
  const x = (row: number) => {
    const east = lngE7[row] as number - firstLngE7;
    // The short way, which may lead across the antimeridian.
    return (east - AROUND * Math.round(east / AROUND)) * shrink;
  };
  const y = (row: number) => latE7[row] as number - firstLatE7;

  const parts = count - 2;
  // Behind the last part is the last place.
  const startOf = (part: number) => Math.min(rows, 1 + Math.floor(part * (rows - 2) / parts));
  let before = 0;
  const chosen = [before];
  for (let part = 0; part < parts; part++) {
    const [start, next, end] = [startOf(part), startOf(part + 1), startOf(part + 2)];
    const [beforeX, beforeY] = [x(before), y(before)];
    const [middleX, middleY] = [mean(x, next, end), mean(y, next, end)];
    let largest = -1;
    for (let row = start; row < next; row++) {
      const area = Math.abs(
        (beforeX - middleX) * (y(row) - beforeY) - (beforeX - x(row)) * (middleY - beforeY),
      );
      if (area <= largest) continue;
      largest = area;
      before = row;
    }
    chosen.push(before);
  }
  chosen.push(rows - 1);
  return chosen;
}

/** Of the rows in `[start, end)`. */
function mean(of: (row: number) => number, start: number, end: number): number {
  let sum = 0;
  for (let row = start; row < end; row++) sum += of(row);
  return sum / (end - start);
}
