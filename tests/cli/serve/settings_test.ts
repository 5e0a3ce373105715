/** Every number setting: its default, both bounds, and what a value beyond them says, however it is set. */
import { equal, match, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import process from "node:process";
import { Command } from "commander";
import {
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
} from "../../../rides/cli/quantity.ts";
import {
  boundsOf,
  settingsOf,
  variableOf,
  withSettings,
} from "../../../rides/cli/serve/settings.ts";
import { limit } from "../../../rides/cli/serve/limits.ts";
import {
  DEFAULT_LIMITS,
  LIMITS,
  type Limits,
  resolveLimits,
} from "../../../rides/server/limits.ts";
import { resolveOptions } from "../../../rides/server/options.ts";
import {
  type Setting,
  type SettingName,
  SETTINGS,
  type Settings,
} from "../../../rides/server/settings.ts";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { Channel, raw } from "../../support/exchange.ts";
import { rides, ServingProgram } from "../../support/program.ts";
import { RIDE } from "../../support/rides.ts";
import { ridesHere } from "../../support/rides_here.ts";

const settings = Object.entries(SETTINGS) as [SettingName, Setting][];
const limits = Object.entries(LIMITS) as [keyof Limits, typeof LIMITS[keyof Limits]][];

/** What the flags and variables of `serve` come to, read by the very options that it has. */
function parse(args: readonly string[], env: Record<string, string> = {}): Partial<Settings> {
  const command = withSettings(new Command("serve"));
  command.exitOverride().configureOutput({ writeErr: () => {} });
  const before = process.env;
  // Not the variables themselves, which the processes of tests that run beside this one would have, too.
  process.env = env;
  try {
    command.parse([...args], { from: "user" });
  } finally {
    process.env = before;
  }
  return settingsOf(command.opts());
}

/** A value of the setting as text in its smallest unit. */
function text(name: string, value: number): string {
  return `${value}${{ duration: "ms", size: "B", number: "" }[quantityOf(name)]}`;
}

for (const [name, setting] of settings) {
  const { flag, default: preset, min, max } = setting;

  Deno.test(`${name} - is ${preset} unless set, by the library and by ${flag}`, () => {
    equal(resolveOptions({})[name], preset);
    equal(parse([])[name], preset);
  });

  for (const value of [min, max]) {
    Deno.test(`${name} - may be ${value}, by the library, ${flag} and ${variableOf(flag)}`, () => {
      equal(resolveOptions({ [name]: value })[name], value);
      equal(parse([flag, formatQuantity(quantityOf(name), value)])[name], value);
      equal(parse([], { [variableOf(flag)]: text(name, value) })[name], value);
    });
  }

  for (const value of [min - 1, max + 1]) {
    Deno.test(`${name} - may not be ${value}, however it is set, and says what it may be`, () => {
      const bounds = `must be an integer from ${min} to ${max}`;
      throws(() => resolveOptions({ [name]: value }), {
        name: "RangeError",
        message: `Cannot use ${name}=${value}: ${bounds}`,
      });
      const range = `Write a ${quantityOf(name)} from ${boundsOf(name, setting)}`;
      throws(
        () => parse([`${flag}=${text(name, value)}`]),
        (error: Error) => error.message.includes(range) && error.message.includes(flag),
      );
      throws(
        () => parse([], { [variableOf(flag)]: text(name, value) }),
        (error: Error) => error.message.includes(range) && error.message.includes(variableOf(flag)),
      );
    });
  }

  Deno.test(`${name} - is no fraction and no other thing`, () => {
    for (const value of [NaN, Infinity, min + 0.5]) {
      throws(() => resolveOptions({ [name]: value }), RangeError);
    }
    for (const wrong of ["", "much", "5parsecs", "1e3"]) {
      throws(() => parse([`${flag}=${wrong}`]), /Write a /);
    }
  });
}

for (const [name, { default: preset, min, max }] of limits) {
  Deno.test(`${name} - is ${preset} unless set, and may be ${min} and ${max}`, () => {
    equal(DEFAULT_LIMITS[name], preset);
    for (const value of [min, max]) {
      equal(resolveLimits({ [name]: value })[name], value);
      equal(limit(`${name}=${value}`)[name], value);
    }
  });

  Deno.test(`${name} - may not be less than ${min} or more than ${max}, and says so`, () => {
    for (const value of [min - 1, max + 1, NaN, min + 0.5]) {
      const message = `Cannot use ${name}=${value}: must be an integer from ${min} to ${max}`;
      throws(() => resolveLimits({ [name]: value }), { name: "RangeError", message });
      throws(
        () => limit(`${name}=${value}`),
        new RegExp(`Write a whole number from ${min} to ${max}`),
      );
    }
  });
}

Deno.test("serve - has every number setting, and exits 2 for one beyond its bounds", async () => {
  const { stdout } = await ridesHere(["serve", "--help"]);
  for (const [, { flag }] of settings) match(stdout, new RegExp(`\\n  ${flag} <`));
  const flag = await ridesHere(["serve", "--max-message", "0"]);
  equal(flag.code, 2);
  match(
    flag.stderr,
    /^--max-message "0": Write a size from 1B to 1GiB/,
  );
  const variable = await rides(["serve"], { env: { RIDES_KEEPALIVE: "1ms" } });
  equal(variable.code, 2);
  match(variable.stderr, /RIDES_KEEPALIVE.*Write a duration from 1s to 24d/);
});

Deno.test("serve - keeps what its flags, variables and --limit say", async () => {
  const args = [
    "--store",
    "memory",
    "--max-message",
    "1KiB",
    "--limit",
    "maxConnectionsPerAddress=1",
  ];
  await using server = await ServingProgram.start(args, { env: { RIDES_MAX_DEADLINE: "2s" } });
  using channel = new Channel(server.port);
  const { Start } = ridesDefinition;
  const large = Buffer.alloc(1_025);
  equal((await channel.call(raw(Start), large)).status, "RESOURCE_EXHAUSTED");
  equal((await channel.open(Start).ended).status, "DEADLINE_EXCEEDED");
  using second = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const heard = await second.read(new Uint8Array(1)).catch(() => null);
  equal(heard, null, "the one connection that is allowed is taken");
  equal((await channel.call(Start, RIDE)).status, "OK");
});

Deno.test("quantities - are read as they are written", () => {
  const WRITTEN: [Quantity, string, number][] = [
    ["duration", "100ms", 100],
    ["duration", "1500ms", 1_500],
    ["duration", "90m", 5_400_000],
    ["duration", "2h", 7_200_000],
    ["duration", "24d", 2_073_600_000],
    ["size", "1000B", 1_000],
    ["size", "16KiB", 16_384],
    ["size", "1GiB", 2 ** 30],
    ["number", "100", 100],
  ];
  for (const [quantity, text, value] of WRITTEN) {
    equal(parseQuantity(quantity, text), value);
    equal(formatQuantity(quantity, value), text);
  }
  equal(parseQuantity("duration", "1.5m"), 90_000);
  equal(parseQuantity("size", "1.3MiB"), 1_363_149);
  const none = [["number", "0.4"], ["number", "3.5"], ["duration", "0.4ms"], ["size", "0.4B"]];
  for (const [quantity, text] of none as [Quantity, string][]) {
    equal(parseQuantity(quantity, text), NaN, text);
  }
  equal(parseQuantity("duration", "0"), 0);
  equal(formatQuantity("duration", 0), "0ms");
});
