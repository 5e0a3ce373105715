import { Child } from "../../support/child.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free_port.ts";
import { fromFileUrl, ROOT, TemporaryFolder } from "../../support/paths.ts";

/** A rule as Prometheus has evaluated it. */
export interface EvaluatedRule {
  readonly name: string;
  /** `ok`, `err` or, before the first time, `unknown`. */
  readonly health: string;
  readonly state: string;
  readonly lastError?: string;
}

/** A Prometheus that asks one server every second, as job `rides`, with the alert rules of `ops/`. */
export class Prometheus implements AsyncDisposable {
  private constructor(
    private readonly url: string,
    private readonly program: Child,
    private readonly folder: TemporaryFolder,
  ) {}

  /** @param target the `host:port` of the server's admin port */
  static async start(target: string): Promise<Prometheus> {
    const folder = await TemporaryFolder.make();
    const config = `${folder.path}/prometheus.json`;
    // JSON is YAML, too.
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        global: { scrape_interval: "1s", evaluation_interval: "1s" },
        rule_files: [fromFileUrl(new URL("ops/prometheus/alerts.yml", ROOT))],
        scrape_configs: [{ job_name: "rides", static_configs: [{ targets: [target] }] }],
      }),
    );
    const address = `127.0.0.1:${freePort()}`;
    const program = new Child([
      "prometheus",
      ...[`--config.file=${config}`, `--storage.tsdb.path=${folder.path}/data`],
      ...[`--web.listen-address=${address}`, "--log.level=warn"],
    ]);
    const prometheus = new Prometheus(`http://${address}`, program, folder);
    await eventually("Prometheus", () => prometheus.#isReady());
    return prometheus;
  }

  /** The values that an expression has now. */
  async query(expression: string): Promise<number[]> {
    const { result } = await this.#get<{ result: { value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result.map(({ value: [, text] }) => Number(text));
  }

  /** The values of a label in the series of a selector. */
  labelValues(selector: string, label: string): Promise<string[]> {
    return this.#get(`label/${label}/values?match[]=${encodeURIComponent(selector)}`);
  }

  async rules(): Promise<EvaluatedRule[]> {
    const { groups } = await this.#get<{ groups: { rules: EvaluatedRule[] }[] }>("rules");
    return groups.flatMap(({ rules }) => rules);
  }

  async #get<Data>(path: string): Promise<Data> {
    const answer = await (await fetch(`${this.url}/api/v1/${path}`)).json();
    if (answer.status !== "success") throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  async #isReady(): Promise<boolean> {
    if (this.program.hasEnded) throw new Error(`Prometheus has ended:\n${this.program.stderr}`);
    try {
      const answer = await fetch(`${this.url}/-/ready`);
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}
