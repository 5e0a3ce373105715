/** Whether a file with secrets grants more than reading to its group, or anything to others. */
export function isLoose(mode: number): boolean {
  return (mode & 0o777 & ~0o640) !== 0;
}
