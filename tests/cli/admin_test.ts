/** The admin port of `rides serve`, with the permissions that the program ships with. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Command } from "commander";
import { adminOf, withAdminOptions } from "../../rides/cli/serve/admin.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { ask } from "../support/http.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { RIDE } from "../support/rides.ts";
import { scrape } from "../support/scrape.ts";
import { TokensFile } from "../support/tokens.ts";

const ADMIN = ["--admin", "127.0.0.1:0"];

Deno.test("serve --admin - is for this machine alone unless told otherwise", () => {
  const command = withAdminOptions(new Command());
  equal(adminOf(command.parse(["--admin"], { from: "user" }).opts())?.listen, "127.0.0.1:9464");
});

Deno.test("serve --admin - says where it is after the listeners, and has metrics", async () => {
  await using server = await ServingProgram.start(ADMIN);
  match(server.lines[1] ?? "", /^admin on http:\/\/127\.0\.0\.1:\d+$/);
  const samples = await scrape(server.adminUrl);
  equal(samples.value("grpc_server_started_total", { grpc_method: "Start" }), 0);
  ok((samples.value("process_resident_memory_bytes") ?? 0) > 10e6);
  ok((samples.value("rides_lowest_free_fd") ?? 0) > 2);
});

Deno.test("serve --admin - counts what its store and its feed do", async () => {
  await using server = await ServingProgram.start(ADMIN);
  using channel = new Channel(server.port);
  const request = { scope: { kind: "all" }, resumeToken: "" } as const;
  const watch = channel.open(carServiceDefinition.WatchCars).send(request).finish();
  await eventually("the watch has begun", () => watch.answers.length > 0);
  equal((await channel.call(ridesDefinition.Start, RIDE)).status, "OK");
  const samples = await scrape(server.adminUrl);
  equal(samples.value("rides_feed_watchers"), 1);
  equal(samples.value("rides_store_commit_seconds_count"), 1);
  await watch.cancel();
});

Deno.test("serve --admin - secrets are shown to nobody unless it was told who may", async () => {
  await using server = await ServingProgram.start(ADMIN);
  for (const page of ["/debug/profile", "/debug/heap"]) {
    const { status, text } = await ask(`${server.adminUrl}${page}`);
    equal(status, 403);
    match(text, /--auth-tokens.*--admin-debug/);
  }
});

Deno.test("serve --admin-debug - a CPU profile has what the server did", async () => {
  await using server = await ServingProgram.start([...ADMIN, "--admin-debug"]);
  const { status, text } = await ask(`${server.adminUrl}/debug/profile?seconds=0.3`);
  equal(status, 200, text);
  const { nodes, startTime, endTime } = JSON.parse(text);
  ok(nodes.length > 0);
  ok(endTime - startTime >= 250_000, `${endTime - startTime} µs`);
  equal((await ask(`${server.adminUrl}/debug/profile?seconds=61`)).status, 400);
  equal((await ask(`${server.adminUrl}/debug/profile?seconds=x`)).status, 400);
});

Deno.test("serve --admin-debug - one profile is taken at a time", async () => {
  await using server = await ServingProgram.start([...ADMIN, "--admin-debug"]);
  const url = `${server.adminUrl}/debug/profile?seconds=1`;
  const answers = await Promise.all([ask(url), ask(url)]);
  deepEqual(answers.map(({ status }) => status).sort(), [200, 429]);
});

Deno.test("serve --admin-debug - a heap snapshot is whole", async () => {
  await using server = await ServingProgram.start([...ADMIN, "--admin-debug"]);
  const { status, text } = await ask(`${server.adminUrl}/debug/heap`);
  equal(status, 200);
  ok(JSON.parse(text).snapshot.node_count > 10_000);
});

Deno.test("serve --admin --auth-tokens - a profile takes a token of scope admin", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`)
    .write({ ops: "admin", app: "ride:read" });
  await using server = await ServingProgram.start([...ADMIN, "--auth-tokens", tokens.path]);
  const profile = (token?: string) =>
    ask(`${server.adminUrl}/debug/profile?seconds=0.1`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  const nobody = await profile();
  equal(nobody.status, 401);
  equal(nobody.headers["www-authenticate"], "Bearer");
  equal((await profile(tokens.token("stranger"))).status, 401);
  equal((await profile(tokens.token("app"))).status, 403);
  equal((await profile(tokens.token("ops"))).status, 200);
  await server.logged(/profile was asked for .*refused="app needs the scope admin /);
  await server.logged(/profile was asked for peer=127\.0\.0\.1 identity=ops\n/);
  // Metrics and health are no secret.
  equal((await ask(`${server.adminUrl}/metrics`)).status, 200);
});

Deno.test("serve --tls --admin - the end of the certificate is among the metrics", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await ServingProgram.start(["--tls", "--certs-dir", folder.path, ...ADMIN]);
  const end = (await scrape(server.adminUrl)).value("rides_tls_certificate_not_after_seconds");
  const { validToDate } = new X509Certificate(
    await Deno.readTextFile(`${folder.path}/server.pem`),
  );
  equal(end, validToDate.getTime() / 1_000);
});

Deno.test("serve - has no admin port unless told", async () => {
  await using server = await ServingProgram.start();
  equal(server.adminUrl, "");
});
