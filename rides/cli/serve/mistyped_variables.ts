import type { Command } from "commander";
import { addProblems, SwitchOption } from "../option_problems.ts";

/**
 * Has the command refuse variables whose names are a typing error away from its own: with RIDES_AUTH_TOKEN
 * instead of RIDES_AUTH_TOKENS it would serve everybody. The program has permission to read variables by
 * name, but not to list them, so it looks up every likely misspelling of each name.
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

/** The name with one letter left out, inserted or replaced, or with two neighbours swapped. */
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
