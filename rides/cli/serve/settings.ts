import { type Command, InvalidArgumentError, Option } from "commander";
import { type Setting, type SettingName, SETTINGS, type Settings } from "../../server/settings.ts";
import { formatQuantity, parseQuantity, type Quantity, quantityOf } from "../quantity.ts";

/** Gives the command a flag for every number setting of the server. */
export function withSettings(command: Command): Command {
  command.optionsGroup("Limits and times:");
  for (const { option } of settingOptions()) command.addOption(option);
  return command;
}

/** The number settings among the flags. */
export function settingsOf(flags: Readonly<Record<string, unknown>>): Partial<Settings> {
  return Object.fromEntries(
    settingOptions().map(({ name, option }) => [name, flags[option.attributeName()]]),
  );
}

/** The environment variable of a flag: that of `--max-message` is `RIDES_MAX_MESSAGE`. */
export function variableOf(flag: string): string {
  return `RIDES_${flag.replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;
}

/** The bounds of a setting, as its flag takes them. */
export function boundsOf(name: string, { min, max }: Pick<Setting, "min" | "max">): string {
  const quantity = quantityOf(name);
  return `${formatQuantity(quantity, min)} to ${formatQuantity(quantity, max)}`;
}

function settingOptions(): { name: SettingName; option: Option }[] {
  return (Object.entries(SETTINGS) as [SettingName, Setting][])
    .map(([name, setting]) => ({ name, option: settingOption(name, setting) }));
}

function settingOption(name: SettingName, setting: Setting): Option {
  const { flag, meaning, zero, default: preset } = setting;
  const quantity = quantityOf(name);
  return new Option(`${flag} <${quantity}>`, zero ? `${meaning}; 0: ${zero}` : meaning)
    .argParser(within(quantity, name, setting))
    .default(preset, formatQuantity(quantity, preset))
    .env(variableOf(flag));
}

const EXAMPLES: Readonly<Record<Quantity, string>> = {
  duration: ", as in 100ms, 5s or 2m",
  size: ", as in 512KiB or 4MiB",
  number: ", a whole one",
};

function within(quantity: Quantity, name: SettingName, setting: Setting) {
  return (text: string): number => {
    const value = parseQuantity(quantity, text);
    if (value >= setting.min && value <= setting.max) return value;
    throw new InvalidArgumentError(
      `Write a ${quantity} from ${boundsOf(name, setting)}${EXAMPLES[quantity]}.`,
    );
  };
}
