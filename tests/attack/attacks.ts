import type { Attack } from "./definition.ts";
import { floods } from "./floods.ts";
import { oneByteFrames, oneByteWindow } from "./hungry.ts";
import { idleConnections } from "./idle_peers.ts";
import { slowPeers } from "./slow_peers.ts";

/** Over in seconds. */
export const quickAttacks: readonly Attack[] = [
  ...floods,
  oneByteFrames,
  oneByteWindow,
  idleConnections,
];

/** They wait for a limit of seconds. */
export const slowAttacks: readonly Attack[] = slowPeers;
