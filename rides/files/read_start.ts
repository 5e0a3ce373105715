/**
 * The text at the start of a file, a pipe or a device, which may never end.
 *
 * @param bytes how many are read at most
 * @throws {Deno.errors.NotFound} and the like, as `fileProblem` takes them
 */
export async function readStart(file: string, bytes: number): Promise<string> {
  using opened = await Deno.open(file);
  const start = new Uint8Array(bytes);
  let length = 0;
  while (length < bytes) {
    const read = await opened.read(start.subarray(length));
    if (read === null) break;
    length += read;
  }
  return new TextDecoder().decode(start.subarray(0, length));
}
