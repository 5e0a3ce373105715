/**
 * Writes a file so that it appears whole or not at all, also to whoever reads it at this moment.
 *
 * @param mode who may do what with it, as in `0o600`
 * @throws {Deno.errors.PermissionDenied} and the like if its folder cannot be written
 */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const temporary = `${file}.${crypto.randomUUID()}`;
  try {
    await Deno.writeTextFile(temporary, text, { createNew: true, mode });
    await Deno.rename(temporary, file);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
