import { columns } from "../bench/table.ts";
import type { Damage } from "./measure.ts";
import type { TransportName } from "./scene.ts";
import { closingMs, faults, growthBytes, isHardlyNoticed, normalP99Ms } from "./verdict.ts";

/** Where the attacked server stood, and what became of it. */
export interface Result {
  readonly transport: TransportName;
  readonly damage: Damage;
}

/** The results for people. The verdict is of the engine alone: node:http2 is for comparison. */
export function table(results: readonly Result[]): string {
  return columns([
    [
      "attack",
      "on",
      "memory",
      "others' p99",
      "control",
      "factor",
      "cpu",
      "connections",
      "closed in",
      "",
    ],
    ...results.map(({ transport, damage }) => [
      damage.attack,
      transport,
      `+${(growthBytes(damage) / 1e6).toFixed(1)} MB`,
      `${damage.p99BeforeMs.toFixed(1)} to ${damage.p99DuringMs.toFixed(1)} ms`,
      `${damage.p99ControlMs.toFixed(1)} ms`,
      factor(damage),
      `${(damage.cpuShare * 100).toFixed(0)} %`,
      `${damage.endings.length}`,
      closing(damage),
      transport === "engine" ? faults(damage).join("; ") || "stood" : faults(damage).join("; "),
    ]),
  ]);
}

function factor(damage: Damage): string {
  const times = (damage.p99DuringMs / normalP99Ms(damage)).toFixed(1);
  return isHardlyNoticed(damage) ? times : `${times} (over 2)`;
}

function closing(damage: Damage): string {
  if (damage.endings.every(({ isBorne }) => isBorne)) return "borne";
  const ms = closingMs(damage);
  return ms === undefined ? "never" : `${ms.toFixed(0)} ms`;
}
