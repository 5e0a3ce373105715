/** The name among `names` that was most likely meant by `typed`; undefined if none is close. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  // Who leaves out the end means that name: `--car` is `--car-id`, and not `--ca`.
  const [begun, ...more] = names.filter((name) => typed.length > 2 && name.startsWith(typed));
  if (begun !== undefined && more.length === 0) return begun;
  const near = names
    .map((name) => ({ name, distance: distance(typed, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length * 0.4)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

/** How many characters have to be put in, left out or replaced (Levenshtein). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(replaced, above[column]! + 1, line[column - 1]! + 1));
    }
    above = line;
  }
  return above[b.length]!;
}
