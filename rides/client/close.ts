/** Closes a source. The call has its result by then, which an error in closing must not replace. */
export async function close(source: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // As said above.
  }
}
