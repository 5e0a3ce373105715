/** The largest file that is read: enough for a million tokens. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * The text of a file, without a byte order mark, and its mode. Pipes and devices are refused, since they may
 * never end: a server that reloads its files would wait for ever, or fill its memory.
 *
 * @throws {Error} as `fileProblem` takes it
 */
export async function readWhole(file: string): Promise<{ text: string; mode: number }> {
  const { isFile, isDirectory, size, mode } = await Deno.stat(file);
  if (!isFile && !isDirectory) throw new Error("it is a pipe or a device, and no file");
  if (size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
  return { text: new TextDecoder().decode(await Deno.readFile(file)), mode: (mode ?? 0) & 0o777 };
}
