import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "./failure.ts";
import { nearest } from "./nearest.ts";

/** A switch whose variable may be wrong, which is nobody's concern but that of a command that has it. */
export class SwitchOption extends Option {
  problem?: string;
}

/** Where to look who does not know what there is. */
export const SEE_HELP = "(--help shows how it is used)";

/** What else was found to be wrong with how a command was called. */
const found = new WeakMap<Command, string[]>();

/** Adds lines to what {@linkcode tellAllProblems} tells; to be called in an earlier hook. */
export function addProblems(command: Command, lines: readonly string[]): void {
  found.set(command, [...found.get(command) ?? [], ...lines]);
}

interface Problem {
  readonly of: Option | Argument;
  readonly text: string;
  readonly reason: string;
}

/**
 * Has a command say everything that is wrong with its options, arguments and variables before it acts,
 * where commander would say the first alone.
 */
export function tellAllProblems(command: Command): void {
  const problems: Problem[] = [];
  for (const of of [...command.options, ...command.registeredArguments]) {
    const { parseArg } = of;
    if (!parseArg) continue;
    of.parseArg = <Value>(text: string, previous: Value): Value => {
      try {
        return parseArg(text, previous);
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error;
        problems.push({ of, text, reason: error.message });
        return previous;
      }
    };
  }
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) option.makeOptionMandatory(false);
  const takesNothing = command.registeredArguments.length === 0;
  if (takesNothing) command.allowUnknownOption().allowExcessArguments();
  command.hook("preAction", () => {
    const wanting = [
      ...takesNothing ? unknown(command) : [],
      ...required.filter((option) => command.getOptionValue(option.attributeName()) === undefined)
        .map(({ flags }) => `required option '${flags}' not specified`),
    ];
    const [first, ...others] = [
      ...wanting,
      ...problems.map((problem) => inWords(command, problem)),
      ...command.options.flatMap((o) => o instanceof SwitchOption && o.problem ? [o.problem] : []),
      ...found.get(command) ?? [],
      ...wanting.length > 0 ? [SEE_HELP] : [],
    ];
    if (first !== undefined) throw new UsageError(first, others);
  });
}

/** Of words that belong to nothing: what stands behind an unknown option may be its value. */
function unknown({ args, options }: Command): string[] {
  const flags = args.filter((arg) => arg.startsWith("-")).map((arg) => arg.replace(/=.*$/s, ""));
  if (flags.length === 0) return args.map((arg) => `unexpected argument '${arg}'`);
  const names = options.map(({ long }) => long?.slice(2) ?? "");
  return flags.map((flag) => {
    const meant = nearest(flag.replace(/^-+/, ""), names);
    return `unknown option '${flag}'${meant === undefined ? "" : `; did you mean --${meant}?`}`;
  });
}

function inWords(command: Command, { of, text, reason }: Problem): string {
  const value = JSON.stringify(text);
  if (of instanceof Argument) return `${of.name()} ${value}: ${reason}`;
  const isVariable = command.getOptionValueSource(of.attributeName()) === "env";
  return isVariable ? `${of.envVar}=${value}: ${reason}` : `${of.long} ${value}: ${reason}`;
}
