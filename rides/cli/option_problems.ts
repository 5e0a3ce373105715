import {
  Argument,
  type Command,
  type CommanderError,
  InvalidArgumentError,
  Option,
} from "commander";
import { asEnding, askFor, didYouMean, likelyNames } from "./did_you_mean.ts";
import { UsageError } from "./failure.ts";

/** A switch whose variable may be wrong, which only matters to the command that has the switch. */
export class SwitchOption extends Option {
  problem?: string;

  constructor(flags: string, description: string, readonly variable: string) {
    super(flags, `${description} (env: ${variable})`);
  }
}

/** A hint for those who do not know the options. */
const SEE_HELP = "(--help shows how it is used)";

/** What else was found to be wrong with how a command was called. */
const found = new WeakMap<Command, string[]>();

/** The options that an argument may have been meant for, and how its word is written as their value. */
const meant = new WeakMap<Option, (word: string) => string | undefined>();

/**
 * Has those who give the value of the option as an argument, as in `store check rides.db`, asked whether they
 * meant the option.
 *
 * @param valueOf the word as the option takes it; undefined if it was not meant for it. Default the word
 */
export function mayBeMeant(
  option: Option,
  valueOf: (word: string) => string | undefined = (word) => word,
): Option {
  meant.set(option, valueOf);
  return option;
}

/** What other programs call the options, and how their values are written here. */
const called = new WeakMap<
  Option,
  { readonly names: readonly string[]; valueOf(value: string): string | undefined }
>();

/**
 * Has those who write one of the names, as in `--port 8888`, asked whether they meant the option.
 *
 * @param valueOf a value as the option takes it; undefined if that cannot be told
 */
export function elsewhereCalled(
  option: Option,
  names: readonly string[],
  valueOf: (value: string) => string | undefined,
): Option {
  called.set(option, { names, valueOf });
  return option;
}

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
 * Has a command say everything that is wrong with its options, arguments and variables before it acts, as one
 * {@linkcode UsageError}; commander would report only the first, in its own words.
 *
 * @param noOptions how many words at the end are no options, whatever they look like: those after `--`
 */
export function tellAllProblems(command: Command, noOptions: number): void {
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
  const tell = (wanting: readonly string[]) => {
    const missing = [
      ...wanting,
      ...required.filter((option) => command.getOptionValue(option.attributeName()) === undefined)
        .map(({ flags, description }) => `${flags} is missing: ${description}`),
    ];
    const [first, ...others] = [
      ...missing,
      ...problems.map((problem) => inWords(command, problem)),
      ...command.options.flatMap((o) => o instanceof SwitchOption && o.problem ? [o.problem] : []),
      ...found.get(command) ?? [],
      ...missing.length > 0 ? [SEE_HELP] : [],
    ];
    if (first !== undefined) throw new UsageError(first, others);
  };
  command.configureOutput({ outputError: () => {} }).exitOverride((error) => {
    if (!isComplaint(error)) throw error;
    tell(complaints(command, error, noOptions));
  });
  const takesNothing = command.commands.length + command.registeredArguments.length === 0;
  if (takesNothing) command.allowUnknownOption().allowExcessArguments();
  command.hook("preAction", () => tell(takesNothing ? unknown(command, noOptions) : []));
}

/** Whether commander complains; otherwise it has written help or the version. */
function isComplaint({ exitCode, code }: CommanderError): boolean {
  return exitCode !== 0 && code !== "commander.help";
}

/** What commander complains of, in our words. */
function complaints(
  command: Command,
  { code, message }: CommanderError,
  noOptions: number,
): string[] {
  const { args, commands, options, registeredArguments } = command;
  const [word = ""] = args;
  switch (code) {
    case "commander.unknownCommand": {
      const program = programOf(command);
      const anywhere = (name: string) => askFor(namesakes(program, name));
      const question = anywhere(word) ?? didYouMean(word, commands.map((one) => one.name())) ??
        likelyNames(word, namesBelow(program)).map(anywhere)[0];
      return [`unknown command '${word}'${asEnding(question)}`];
    }
    case "commander.missingArgument":
      return registeredArguments.slice(args.length)
        .map((argument) => `<${argument.name()}> is missing: ${argument.description}`);
    case "commander.optionMissingArgument":
      return options.filter(({ flags }) => message.includes(`'${flags}'`))
        .map(({ long, flags }) => `${long} has no value; write ${flags}`);
    case "commander.unknownOption":
    case "commander.excessArguments":
      return unknown(command, noOptions);
    default:
      // Options that exclude each other.
      return [message.replace(/^error: /, "").replace(/option '(.*?)'/g, "$1")];
  }
}

/**
 * The words that belong to nothing; after an unknown option only the option itself is named, since the next
 * word may be its value.
 */
function unknown(
  { args, commands, options, registeredArguments }: Command,
  noOptions: number,
): string[] {
  const end = Math.max(0, args.length - noOptions);
  const flags = args.slice(0, end).flatMap((arg, at) => {
    const [, flag, value = args[at + 1]] = /^(-[^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    return flag === undefined || flag === "--" ? [] : [{ flag, value }];
  });
  const unexpected = args.slice((flags.length > 0 ? end : 0) + registeredArguments.length);
  return [
    ...flags.map(({ flag, value }) => {
      const isBelow = commands.some((one) => optionsBelow(one).some(({ long }) => long === flag));
      const ending = isBelow ? "it goes behind the command" : optionMeant(flag, value, options);
      return `unknown option '${flag}'${asEnding(ending)}`;
    }),
    ...unexpected.map((arg) =>
      `unexpected argument '${arg}'${asEnding(askFor(optionsFor(arg, options)))}`
    ),
  ];
}

function optionMeant(
  flag: string,
  value: string | undefined,
  options: readonly Option[],
): string | undefined {
  const name = flag.replace(/^-+/, "");
  const known = options.flatMap((option) => {
    const elsewhere = called.get(option);
    if (!elsewhere?.names.includes(name)) return [];
    return [[option.long, value && elsewhere.valueOf(value)].filter((word) => word).join(" ")];
  });
  return askFor(known) ??
    didYouMean(name, options.flatMap(({ long }) => long?.slice(2) ?? []), "--");
}

/** The options that the word may have been meant for, with their values. */
function optionsFor(word: string, options: readonly Option[]): string[] {
  return options.flatMap((option) => {
    const value = meant.get(option)?.(word);
    return value === undefined ? [] : [`${option.long} ${value}`];
  });
}

function programOf(command: Command): Command {
  return command.parent ? programOf(command.parent) : command;
}

function optionsBelow(command: Command): readonly Option[] {
  return [...command.options, ...command.commands.flatMap(optionsBelow)];
}

function namesBelow(command: Command): readonly string[] {
  return command.commands.flatMap((one) => [one.name(), ...namesBelow(one)]);
}

/** The commands of that name below `command`, as they are written: who forgets a word has the last one right. */
function namesakes(command: Command, name: string, path = command.name()): string[] {
  return command.commands.flatMap((one) => {
    const its = `${path} ${one.name()}`;
    return [...(one.name() === name ? [its] : []), ...namesakes(one, name, its)];
  });
}

function inWords(command: Command, { of, text, reason }: Problem): string {
  const value = JSON.stringify(text);
  if (of instanceof Argument) return `${of.name()} ${value}: ${reason}`;
  const isVariable = command.getOptionValueSource(of.attributeName()) === "env";
  return isVariable ? `${of.envVar}=${value}: ${reason}` : `${of.long} ${value}: ${reason}`;
}
