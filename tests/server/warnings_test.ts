/** What peers can cause as often as they like does not fill the log, and is counted whole. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { connect } from "node:net";
import { Warnings } from "../../rides/server/warnings.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { eventually } from "../support/eventually.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { scrape } from "../support/scrape.ts";
import { Serving } from "../support/serving.ts";

Deno.test("warnings - a hundred failed handshakes of an address are few lines, and all counted", async () => {
  const tls = await issue(await makeAuthority(), { kind: "server", hosts: ["localhost"] });
  await using serving = await Serving.start({ tls, admin: { listen: "127.0.0.1:0" } });
  const lines = () => serving.log.lines.filter(({ level }) => level === "warn");
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 100 }, () => sayPlainly(serving.port)));
  const told = () => lines().reduce((sum, { fields }) => sum + Number(fields.count ?? 1), 0);
  await eventually("a hundred are told", () => told() === 100);
  const seconds = (performance.now() - startedAt) / 1_000;
  ok(lines().length <= 2 * (1 + Math.ceil(seconds)), `${lines().length} lines in ${seconds} s`);
  equal((await scrape(serving.adminUrl)).value("rides_tls_handshake_failures_total"), 100);
});

Deno.test("warnings - reasons and addresses are told apart, ports are not", () => {
  const log = new RecordedLog();
  {
    using warnings = new Warnings(log.write);
    for (const peer of ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "[2001:db8::1]:1"]) {
      warnings.warn("a", "a", { peer });
      warnings.warn("b", "b", { peer });
    }
    warnings.warn("a", "a again", { peer: "[2001:db8::2]:1" });
    equal(log.lines.length, 6);
  }
  deepEqual(log.lines.slice(6).map(({ message, fields }) => [message, fields]), [
    ["a", { peer: "192.0.2.1:2", count: 1 }],
    ["b", { peer: "192.0.2.1:2", count: 1 }],
    ["a again", { peer: "[2001:db8::2]:1", count: 1 }],
  ]);
});

Deno.test("warnings - a crowd of addresses is counted together beyond the first fifty", () => {
  const log = new RecordedLog();
  {
    using warnings = new Warnings(log.write);
    for (let i = 0; i < 10_000; i++) {
      warnings.warn("a", "a", { peer: `10.0.${i >> 8}.${i & 0xff}:1` });
    }
    equal(log.lines.length, 51);
  }
  deepEqual(log.lines.slice(51).map(({ fields }) => fields.count), [10_000 - 51]);
});

/** Says something that is no TLS, and waits for the end. */
function sayPlainly(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.on("data", () => {});
    socket.write("GET / HTTP/1.1\r\n\r\n");
  });
}
