/**
 * Reads a number as people write it: decimal, perhaps with a sign, a fraction, an exponent and blanks about
 * it, as in the second part of `51.46, -0.2`. JavaScript's own reading takes 0x10 for 16, and blanks for 0.
 *
 * @returns `NaN` if the text is none
 */
export function parseDecimal(text: string): number {
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
}
