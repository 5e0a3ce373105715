/** Lets a source go. The call has its result by then, which a source that cannot be closed leaves. */
export async function close(source: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // As said above.
  }
}
