/** The id in a resource name such as `rides/0192…` or `cars/7` (AIP-122); none where it is no such name. */
export function idOf(collection: "rides" | "cars", name: string): string | undefined {
  const [, id] = new RegExp(`^${collection}/([^/]+)$`).exec(name) ?? [];
  return id;
}

/** The resource name of a car. */
export function carName(carId: bigint): string {
  return `cars/${carId}`;
}
