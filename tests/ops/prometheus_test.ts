/** The dashboard's queries and the alert rules, answered by a Prometheus that looks after a server. */
import { deepEqual, equal } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { available } from "../support/tools.ts";
import { dashboardQueries } from "./support/dashboard.ts";
import { Prometheus } from "./support/prometheus.ts";

const ignore = !available("prometheus", "--version");

Deno.test({
  name: `rides.json, alerts.yml - Prometheus answers every query, and evaluates every rule${
    ignore ? " (needs prometheus)" : ""
  }`,
  ignore,
}, async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await ServingProgram.start([
    ...["--admin", "127.0.0.1:0", "--limit", "maxConnectionsPerAddress=4"],
    ...["--tls", "--certs-dir", folder.path],
  ]);
  const target = new URL(server.adminUrl).host;
  await using prometheus = await Prometheus.start(target);

  const { panels, variables } = await dashboardQueries();
  // With what Grafana puts in the place of its variables.
  const expressions = panels.map((expression) =>
    expression.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*")
  );
  const unanswered = new Set(expressions);
  {
    await using _traffic = await Traffic.start(server, `${folder.path}/ca.pem`);
    await eventually("numbers for every query", async () => {
      for (const expression of unanswered) {
        if ((await prometheus.query(expression)).some(Number.isFinite)) {
          unanswered.delete(expression);
        }
      }
      return unanswered.size === 0;
    }).catch(() => deepEqual([...unanswered], []));
  }

  for (const variable of variables) {
    const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(variable) ?? [];
    deepEqual(await prometheus.labelValues(selector, label), [target]);
  }

  const rules = await eventually("every rule evaluated", async () => {
    const rules = await prometheus.rules();
    return rules.every(({ health }) => health !== "unknown") && rules;
  });
  deepEqual(rules.filter(({ health }) => health !== "ok"), []);
  equal(rules.find(({ name }) => name === "RidesDown")?.state, "inactive");
  server.signal("SIGKILL");
  await eventually("the alert that it is down", async () => {
    const rules = await prometheus.rules();
    return rules.find(({ name }) => name === "RidesDown")?.state === "pending";
  });
});

/** Calls and connections, good and bad, until it is disposed of. */
class Traffic implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #ended: Promise<unknown>;

  private constructor(private readonly client: RidesClient, private readonly port: number) {
    this.#ended = Promise.all([this.#call(), this.#watch()]);
  }

  static async start(server: ServingProgram, ca: string): Promise<Traffic> {
    const tls = { ca: await Deno.readTextFile(ca) };
    return new Traffic(new RidesClient({ address: server.address, tls }), server.port);
  }

  async #call(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.client.track([POSITION]).catch(() => {});
      await this.client.start({ ...RIDE, driverId: "" }).catch(() => {});
      // Some fail at their handshakes, and the others are too many.
      await Promise.allSettled(Array.from({ length: 5 }, () => this.#connect()));
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#over;
    for await (const _ of this.client.cars.watch({ kind: "all" }, { signal }));
  }

  async #connect(): Promise<void> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await connection.write(new TextEncoder().encode("no TLS"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#ended;
    await this.client[Symbol.asyncDispose]();
  }
}
