import { Command, Option } from "commander";
import type { FoundCar } from "../../wire/v1/car_service.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { decimal, duration, integer } from "../options.ts";
import { carJson } from "../show/json.ts";
import { list } from "../show/list.ts";
import { CAR_COLUMNS } from "../show/position.ts";
import type { Column } from "../show/table.ts";
import { lengthText } from "../show/text.ts";
import { meters } from "../values.ts";

interface NearFlags extends ConnectionFlags {
  lat: number;
  lng: number;
  radius: number;
  maxStaleness?: number;
  limit: number;
}

/** The most cars that one response holds. */
const MOST = 1_000;

/** `rides client car near` */
export function nearCommand(): Command {
  const command = new Command("near")
    .description("List the cars within a distance of a place, the nearest first.")
    .addOption(
      new Option("--lat <degrees>", "latitude").argParser(decimal).makeOptionMandatory(),
    )
    .addOption(
      new Option("--lng <degrees>", "longitude").argParser(decimal).makeOptionMandatory(),
    )
    .addOption(
      new Option("--radius <length>", "how far at most").argParser(meters).default(1_000, "1km"),
    )
    .addOption(
      new Option("--max-staleness <duration>", "how old a position may be (default: of any age)")
        .argParser(duration),
    )
    .addOption(
      new Option("--limit <count>", "how many cars at most").argParser(integer(1, MOST)).default(
        50,
      ),
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ rides client car near --lat 51.46 --lng -0.2 --radius 500m " +
        "--max-staleness 5m",
    );
  return withConnectionOptions(command).action(near);
}

async function near(flags: NearFlags): Promise<void> {
  await using client = await connect(flags);
  const { lat, lng, radius, maxStaleness, limit } = flags;
  const cars = await client.cars.near({
    location: { lat, lng },
    radiusMeters: radius,
    maxStalenessSeconds: maxStaleness === undefined ? undefined : maxStaleness / 1_000,
    limit,
  });
  await list(cars, flags, COLUMNS, toJson);
}

const COLUMNS: readonly Column<FoundCar>[] = [
  ...CAR_COLUMNS.slice(0, 1).map(ofCar),
  {
    title: "DISTANCE",
    text: ({ distanceMeters }) => lengthText(distanceMeters),
    align: "right",
  },
  ...CAR_COLUMNS.slice(1).map(ofCar),
];

function ofCar(column: typeof CAR_COLUMNS[number]): Column<FoundCar> {
  const { text, style } = column;
  return { ...column, text: ({ car }) => text(car), style: ({ car }) => style?.(car) };
}

function toJson({ car, distanceMeters }: FoundCar): object {
  return { car: carJson(car), distance_meters: distanceMeters };
}
