/** With more names than this a question would be a list. */
const MOST_NAMES = 4;

/**
 * Asks for the names among `names` that may have been meant by `typed`, as in "did you mean --a or --b?";
 * undefined if none is close.
 *
 * @param prefix what is written before a name
 */
export function didYouMean(
  typed: string,
  names: readonly string[],
  prefix = "",
): string | undefined {
  return askFor(likelyNames(typed, names).map((name) => prefix + name));
}

/** Asks for one of the names; undefined if there are none. */
export function askFor(names: readonly string[]): string | undefined {
  const last = names.at(-1);
  if (last === undefined) return undefined;
  const others = names.slice(0, -1);
  return `did you mean ${others.length > 0 ? `${others.join(", ")} or ` : ""}${last}?`;
}

/** The question as the end of a sentence. */
export function asEnding(question: string | undefined): string {
  return question === undefined ? "" : `; ${question}`;
}

/** The names that may have been meant: all that `typed` begins, or the nearest. */
export function likelyNames(typed: string, names: readonly string[]): string[] {
  // Who leaves out the end means that name: `--car` is `--car-id`, and not `--ca`.
  const begun = names.filter((name) => typed.length > 2 && name.startsWith(typed));
  if (begun.length > 0) return begun.length <= MOST_NAMES ? begun : [];
  return names
    .map((name) => ({ name, distance: distance(typed, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length * 0.4)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 1)
    .map(({ name }) => name);
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
