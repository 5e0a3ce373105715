/** The write-ahead log of a file; where its name is a link, SQLite has it next to what that leads to. */
export function logOf(file: string): string {
  return `${realPathOf(file)}-wal`;
}

function realPathOf(file: string): string {
  try {
    return Deno.realPathSync(file);
  } catch {
    return file;
  }
}
