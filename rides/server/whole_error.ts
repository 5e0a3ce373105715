/** The error with its stack and, below, what caused it: for the log, which nobody outside reads. */
export function wholeError(error: unknown): string {
  if (!(error instanceof Error)) return Deno.inspect(error);
  const cause = error.cause === undefined ? "" : `\nCaused by: ${wholeError(error.cause)}`;
  return `${error.stack ?? error}${cause}`;
}
