/** What an identity may be allowed to do. `admin` covers the others. */
export const SCOPES = [
  /** Read rides. */
  "ride:read",
  /** Start and change rides, and register persons. */
  "ride:write",
  /** Read where cars are and have been. */
  "position:read",
  /** Write positions: of all cars or, with `:car=ID` appended, of one. */
  "position:write",
  /** Everything, including what looks into the server itself. */
  "admin",
] as const;

/** One of {@linkcode SCOPES}. */
export type Scope = typeof SCOPES[number];

/** How {@linkcode SCOPES} are written, for messages. */
export const SCOPES_AS_WRITTEN = "ride:read, ride:write, position:read, position:write, " +
  "position:write:car=ID or admin";

/** The largest id that a car can have: a positive integer of 64 bits, signed. */
const LARGEST_CAR = 2n ** 63n - 1n;

/** What an identity is allowed. */
export interface Grants {
  readonly scopes: ReadonlySet<Scope>;
  /** The cars whose positions it may write; undefined if not limited to some. */
  readonly cars: ReadonlySet<bigint> | undefined;
}

/** No grant at all. */
export const NO_GRANTS: Grants = { scopes: new Set(), cars: undefined };

/**
 * Reads scopes such as `ride:read,position:write:car=7`, separated by commas. `position:write` beside
 * `position:write:car=7` is for every car.
 *
 * @throws {TypeError} if one of them is not a scope. The message does not repeat it, since it may be a
 * misplaced secret
 */
export function parseScopes(text: string): Grants {
  const scopes = new Set<Scope>();
  const cars = new Set<bigint>();
  let everyCar = false;
  for (const [index, word] of text.split(",").entries()) {
    const car = /^position:write:car=([1-9]\d{0,18})$/.exec(word)?.[1];
    if (car !== undefined && BigInt(car) <= LARGEST_CAR) {
      scopes.add("position:write");
      cars.add(BigInt(car));
    } else if (isScope(word)) {
      scopes.add(word);
      everyCar ||= word === "position:write" || word === "admin";
    } else {
      throw new TypeError(`scope ${index + 1} is not one of ${SCOPES_AS_WRITTEN}`);
    }
  }
  return { scopes, cars: everyCar || cars.size === 0 ? undefined : cars };
}

function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word);
}

/** Writes grants as {@linkcode parseScopes} reads them. */
export function formatScopes({ scopes, cars }: Grants): string {
  const words = [...scopes].flatMap((scope) =>
    scope === "position:write" && cars ? [...cars].map((car) => `${scope}:car=${car}`) : [scope]
  );
  return words.join(",");
}

/** Whether the grants cover `scope`, for at least one car. */
export function covers({ scopes }: Grants, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has("admin");
}

/** Whether the grants let the positions of that car be written. */
export function coversCar(grants: Grants, carId: bigint): boolean {
  return covers(grants, "position:write") && (grants.cars?.has(carId) ?? true);
}
