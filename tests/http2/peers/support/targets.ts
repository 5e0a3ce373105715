import type { Transport } from "../../../../rides/runtime/mod.ts";
import { TRANSPORTS } from "../../../support/transports.ts";

/** What a server stands on. */
export interface Target {
  readonly name: string;
  readonly transport: Transport;
}

export const ENGINE: Target = { name: "the engine", transport: { kind: "engine" } };
export const NODE: Target = { name: "node:http2", transport: { kind: "node" } };
/** Those of this run. */
export const TARGETS: readonly Target[] = [ENGINE, NODE]
  .filter(({ transport: { kind } }) => TRANSPORTS.some((transport) => transport === kind));
