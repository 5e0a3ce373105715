/** A table in memory, a typed array a column, which grows: no object for a row, and no garbage. */
export type Columns<Real extends string, Whole extends string> =
  & Record<Real, Float64Array>
  & Record<Whole, Int32Array>;

/** A table without rows: columns of real numbers, and of whole numbers of 32 bits. */
export function columns<Real extends string, Whole extends string>(
  reals: readonly Real[],
  wholes: readonly Whole[],
): Columns<Real, Whole> {
  return Object.fromEntries([
    ...reals.map((name) => [name, new Float64Array(0)]),
    ...wholes.map((name) => [name, new Int32Array(0)]),
  ]);
}

/**
 * Makes room for `rows` rows, by doubling; new numbers are -1. The arrays may be others afterwards: read
 * them from the table again.
 */
export function grow(table: Record<string, Float64Array | Int32Array>, rows: number): void {
  for (const [name, column] of Object.entries(table)) {
    if (column.length >= rows) return;
    const length = Math.max(rows, 2 * column.length, 64);
    const longer = column instanceof Int32Array ? new Int32Array(length) : new Float64Array(length);
    longer.fill(-1, column.length);
    longer.set(column);
    table[name] = longer;
  }
}
