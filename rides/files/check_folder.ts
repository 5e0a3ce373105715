import { dirname } from "node:path";

/**
 * Finds out whether files, or the folder itself, could be made, by making a file for a moment.
 *
 * @throws {Deno.errors.PermissionDenied} and the like if they could not
 */
export async function checkFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".rides-check-" }));
  } catch (error) {
    const above = dirname(folder);
    if (!(error instanceof Deno.errors.NotFound) || above === folder) throw error;
    await checkFolder(above);
  }
}
