/** Numbers with a unit, as people write them: `5s`, `4MiB`, `100`. */

/** What a number setting counts; its name ends with it. */
export type Quantity = "duration" | "size" | "number";

const UNITS: Readonly<Record<Quantity, Readonly<Record<string, number>>>> = {
  duration: { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
  size: { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
  number: { "": 1 },
};

/** What the setting of that name counts: `graceMs` is a duration, `maxMessageBytes` a size. */
export function quantityOf(name: string): Quantity {
  if (name.endsWith("Ms")) return "duration";
  return name.includes("Bytes") ? "size" : "number";
}

/**
 * The value in milliseconds, bytes or ones; `NaN` if the text writes none, a number that is not whole, or
 * less than a millisecond or byte. Zero needs no unit.
 */
export function parseQuantity(quantity: Quantity, text: string): number {
  if (text === "0") return 0;
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const exact = Number(amount) * (UNITS[quantity][unit] ?? NaN);
  const value = Math.round(exact);
  // Where 0 is no limit, 0.4 must not become that.
  return value === exact || (quantity !== "number" && value > 0) ? value : NaN;
}

/** The shortest text that {@linkcode parseQuantity} reads as the value. */
export function formatQuantity(quantity: Quantity, value: number): string {
  const fitting = Object.entries(UNITS[quantity]).filter(([, unit]) => value % unit === 0);
  // Zero is a multiple of each.
  const [name, unit] = (value === 0 ? fitting[0] : fitting.at(-1)) ?? ["", 1];
  return `${value / unit}${name}`;
}
