import type { Expectation } from "./expectation.ts";
import type { State } from "./state.ts";

/** One rule of an RFC, and how a server shows that it keeps it. */
export interface Case {
  /** The RFC's number, the section and the rule: unique among all cases. */
  readonly title: string;
  /** What the connection is brought to first; `ready` unless given. */
  readonly given?: State;
  /** Written in one piece. */
  readonly send?: readonly Uint8Array[];
  readonly expect: Expectation;
}
