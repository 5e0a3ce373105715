/** The labels that distinguish series of the same name. */
export type Labels = Readonly<Record<string, string>>;

export interface NumberPoint {
  /** Default none. */
  readonly labels?: Labels;
  readonly value: number;
}

export interface HistogramPoint {
  /** Default none. */
  readonly labels?: Labels;
  /** How many fell between two bounds, the first up to the first bound, the last beyond all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** All series of one name, with their current values. */
export type Family =
  & {
    /** As Prometheus has it, with the unit and `_total` at its end. */
    readonly name: string;
    /** For people, a sentence. */
    readonly help: string;
  }
  & (
    | {
      /** A `counter` only ever grows, until the process ends. */
      readonly type: "counter" | "gauge";
      points(): Iterable<NumberPoint>;
    }
    | {
      readonly type: "histogram";
      /** The upper bounds of its buckets, growing. */
      readonly bounds: readonly number[];
      points(): Iterable<HistogramPoint>;
    }
  );

type Single = (name: string, help: string, value: () => number | undefined) => Family;

/** A family of one series; none while there is no value. */
const single = (type: "counter" | "gauge"): Single => (name, help, value) => ({
  type,
  name,
  help,
  points() {
    const now = value();
    return now === undefined ? [] : [{ value: now }];
  },
});

export const counter: Single = single("counter");
export const gauge: Single = single("gauge");
