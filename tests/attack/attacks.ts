import { bodies } from "./bodies.ts";
import { cancelledCalls, cancelledWholeCalls } from "./cancelled_calls.ts";
import type { Attack } from "./definition.ts";
import { floods } from "./floods.ts";
import { guessedTokens } from "./guessed_tokens.ts";
import { halfOpen } from "./half_open.ts";
import { oneByteFrames, oneByteWindow } from "./hungry.ts";
import { idleConnections } from "./idle_peers.ts";
import { longLists } from "./long_lists.ts";
import { manyWatches } from "./many_watches.ts";
import { malformedFrames } from "./malformed_frames.ts";
import { malformedMessages } from "./malformed_messages.ts";
import { malformedRecords } from "./malformed_records.ts";
import { slowPeers } from "./slow_peers.ts";
import { stalledReaders } from "./stalled_readers.ts";
import { tlsHandshakes } from "./tls_handshakes.ts";

/** Over in seconds. */
export const quickAttacks: readonly Attack[] = [
  ...floods,
  oneByteFrames,
  oneByteWindow,
  idleConnections,
];

/** Over in seconds as well; they are of more kinds than the gate has time for. */
export const furtherAttacks: readonly Attack[] = [
  malformedFrames,
  malformedMessages,
  ...bodies,
  halfOpen,
  stalledReaders,
  cancelledCalls,
  cancelledWholeCalls,
  guessedTokens,
  malformedRecords,
  tlsHandshakes,
  longLists,
  manyWatches,
];

/** They wait for a limit of seconds. */
export const slowAttacks: readonly Attack[] = slowPeers;

export const attacks: readonly Attack[] = [...quickAttacks, ...furtherAttacks, ...slowAttacks];
