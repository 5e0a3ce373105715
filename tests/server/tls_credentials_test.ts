/** What a running server presents, and how that is replaced. */
import { equal, rejects, throws } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { RidesClient } from "../../rides/client/client.ts";
import type { Position } from "../../rides/domain/position.ts";
import { createServer } from "../../rides/server/server.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { type PemPair, writePair } from "../../rides/tls/pem_files.ts";
import { presentedCertificate } from "../support/handshake.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides } from "../support/program.ts";
import { POSITION } from "../support/rides.ts";
import { TRANSPORTS } from "../support/transports.ts";

const CA = await makeAuthority();
const HOSTS = { kind: "server", hosts: ["localhost"] } as const;
const OLD = await issue(CA, HOSTS);
const NEW = await issue(CA, HOSTS);
const listen = ["127.0.0.1:0", "127.0.0.1:0"];

const fingerprint = ({ cert }: PemPair) => new X509Certificate(cert).fingerprint256;

for (const transport of TRANSPORTS) {
  Deno.test(`a replaced certificate - new connections see it, old ones go on (${transport})`, async () => {
    await using server = await createServer({ listen, tls: OLD, transport });
    const ports = server.listeners.map(({ port }) => port);
    await using client = new RidesClient({
      address: `localhost:${ports[0]}`,
      tls: { ca: CA.cert },
    });
    const replaced = Promise.withResolvers<void>();
    const under = Promise.withResolvers<void>();
    async function* positions(): AsyncIterable<Position> {
      yield POSITION;
      under.resolve();
      await replaced.promise;
      yield POSITION;
    }
    const count = client.track(positions());
    await under.promise;
    for (const port of ports) equal(await presentedCertificate(port), fingerprint(OLD));

    server.certificate!.replace(NEW);
    for (const port of ports) equal(await presentedCertificate(port), fingerprint(NEW));
    replaced.resolve();
    equal(await count, 2);
    equal(server.certificate!.fingerprint256, fingerprint(NEW));
    equal(
      server.certificate!.notAfter.getTime(),
      new X509Certificate(NEW.cert).validToDate.getTime(),
    );
  });

  Deno.test(`a replaced CA of clients - only its clients are served from then on (${transport})`, async () => {
    const [before, after] = [await makeAuthority(), await makeAuthority()];
    const alice = await issue(before, { kind: "client", name: "alice" });
    const bob = await issue(after, { kind: "client", name: "bob" });
    const tls = { ...OLD, clientCa: before.cert };
    await using server = await createServer({ listen, tls, transport });
    const address = `localhost:${server.listeners[0]?.port}`;
    await using old = new RidesClient({ address, tls: { ca: CA.cert, identity: alice } });
    await old.getInfor("trung");

    server.certificate!.replace({ ...tls, clientCa: after.cert });
    // In a process of its own, since grpc-js leaves a timer after a refusal.
    await using folder = await TemporaryFolder.make();
    const cwd = folder.path;
    await Deno.writeTextFile(`${cwd}/ca.pem`, CA.cert);
    for (const [name, pair, code] of [["alice", alice, 64 + 14], ["bob", bob, 0]] as const) {
      await writePair(pair, `${cwd}/${name}.pem`);
      const own = ["--ca", "ca.pem", "--cert", `${name}.pem`, "--key", `${name}-key.pem`];
      const args = ["client", "person", "trung", "--address", address, "--tls", ...own];
      equal((await rides(args, { cwd })).code, code, name);
    }
    // What stands goes on, as a certificate that has ended would.
    await old.getInfor("trung");
  });

  const UNUSABLE = {
    "the key of another": [{ ...NEW, key: OLD.key }, /^tls\.key: is not the key of tls\.cert$/],
    "no certificate": [{ ...NEW, cert: "no" }, /^tls\.cert: cannot be read as PEM$/],
    "no key": [{ ...NEW, key: "no" }, /^tls\.key: cannot be read as PEM$/],
    "a CA of clients where there was none": [
      { ...NEW, clientCa: CA.cert },
      /^tls\.clientCa: mutual TLS begins and ends with a restart only$/,
    ],
  } as const;
  for (const [what, [tls, message]] of Object.entries(UNUSABLE)) {
    Deno.test(`a replaced certificate - ${what} is refused, and the old one stays (${transport})`, async () => {
      await using server = await createServer({ listen, tls: OLD, transport });
      throws(() => server.certificate!.replace(tls), { name: "TypeError", message });
      equal(await presentedCertificate(server.listeners[0]!.port), fingerprint(OLD));
      equal(server.certificate!.fingerprint256, fingerprint(OLD));
    });
  }
}

Deno.test("createServer - refuses a certificate and a key that do not belong together", async () => {
  await rejects(createServer({ listen, tls: { ...OLD, key: NEW.key } }), {
    name: "TypeError",
    message: "tls.key: is not the key of tls.cert",
  });
});
