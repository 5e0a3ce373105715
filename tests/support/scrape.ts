import { parsePrometheus } from "./prometheus_text.ts";

type Labels = Readonly<Record<string, string>>;

/** One line of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** What `/metrics` said. */
export class Samples {
  constructor(readonly all: readonly Sample[]) {}

  /** The names of all series, such as `grpc_server_handling_seconds_bucket`. */
  get names(): ReadonlySet<string> {
    return new Set(this.all.map(({ name }) => name));
  }

  /** The value of the series that has these labels, and perhaps others. */
  value(name: string, labels: Labels = {}): number | undefined {
    return this.#matching(name, labels)[0]?.value;
  }

  /** What the label is in each series of the name that has these labels. */
  labels(name: string, label: string, labels: Labels = {}): string[] {
    return this.#matching(name, labels).map(({ labels }) => labels[label] ?? "");
  }

  #matching(name: string, wanted: Labels): Sample[] {
    return this.all.filter((sample) =>
      sample.name === name &&
      Object.entries(wanted).every(([label, value]) => sample.labels[label] === value)
    );
  }
}

/** Asks an admin port for its metrics. */
export async function scrape(adminUrl: string): Promise<Samples> {
  const response = await fetch(`${adminUrl}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return new Samples(parsePrometheus(text));
}
