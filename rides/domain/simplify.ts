import type { Place } from "./fix.ts";

/** All the way around the Earth, in 1e-7 degrees. */
const AROUND = 3_600_000_000;

/**
 * `count` of the places of a line, in order, chosen by how much they shape it: the first, the last, and from
 * each of equal parts in between the place that spans the largest triangle with the place chosen before it
 * and the middle of the next part (largest triangle three buckets; S. Steinarsson, "Downsampling time series
 * for visual representation", 2013), on a plane that is true at the first.
 *
 * @param count from 2; a line with no more places is returned as it is
 */
export function simplify<P extends Place>(line: readonly P[], count: number): readonly P[] {
  const [first] = line;
  const last = line.at(-1);
  if (line.length <= count || !first || !last) return line;
  const shrink = Math.cos(first.latE7 / 1e7 * Math.PI / 180);
  const x = ({ lngE7 }: Place) => {
    const east = lngE7 - first.lngE7;
    // The short way, which may lead across the antimeridian.
    return (east - AROUND * Math.round(east / AROUND)) * shrink;
  };
  const y = ({ latE7 }: Place) => latE7 - first.latE7;

  const chosen = [first];
  const parts = count - 2;
  const startOf = (part: number) => 1 + Math.floor(part * (line.length - 2) / parts);
  let before: P = first;
  for (let part = 0; part < parts; part++) {
    const own = line.slice(startOf(part), startOf(part + 1));
    const next = part + 1 < parts ? line.slice(startOf(part + 1), startOf(part + 2)) : [last];
    const middleX = mean(next, x);
    const middleY = mean(next, y);
    const areaWith = (place: P) =>
      Math.abs(
        (x(before) - middleX) * (y(place) - y(before)) -
          (x(before) - x(place)) * (middleY - y(before)),
      );
    before = own.reduce((best, place) => areaWith(place) > areaWith(best) ? place : best);
    chosen.push(before);
  }
  return [...chosen, last];
}

function mean<P>(places: readonly P[], of: (place: P) => number): number {
  return places.reduce((sum, place) => sum + of(place), 0) / places.length;
}
