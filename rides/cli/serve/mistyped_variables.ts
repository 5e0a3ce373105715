import type { Command } from "commander";
import { addProblems, SwitchOption } from "../option_problems.ts";

/**
 * Has the command refuse variables that are its own but for one slip of the hand: with RIDES_AUTH_TOKEN
 * instead of RIDES_AUTH_TOKENS it would serve everybody. The program may read variables of the names that
 * it knows, and has no right to list them all: so it asks for what each name is easily mistyped as.
 */
export function refuseMistypedVariables(command: Command): Command {
  const known = new Set(
    command.options.flatMap((option) =>
      (option instanceof SwitchOption ? option.variable : option.envVar) ?? []
    ),
  );
  return command.hook("preAction", () => {
    for (const name of known) {
      const typed = slipsIn(name).find((slip) => Deno.env.has(slip) && !known.has(slip));
      if (typed === undefined) continue;
      addProblems(command, [`${typed}: there is no such variable; did you mean ${name}?`]);
    }
  });
}

const PREFIX = "RIDES_";
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ_"];

/** The name with a letter left out, put in or replaced, and with two that have changed their places. */
function* slipsIn(name: string): Generator<string> {
  for (let at = PREFIX.length; at <= name.length; at++) {
    const [before, first, behind] = [name.slice(0, at), name.slice(at, at + 1), name.slice(at + 1)];
    yield before + behind;
    yield before + behind.slice(0, 1) + first + behind.slice(1);
    for (const letter of LETTERS) {
      if (letter !== first) yield before + letter + first + behind;
      yield before + letter + behind;
    }
  }
}
