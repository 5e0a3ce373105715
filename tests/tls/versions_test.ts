import { match } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { run } from "../support/program.ts";
import { available } from "../support/tools.ts";

const tls = await issue(await makeAuthority(), { kind: "server", hosts: ["localhost"] });

const VERSIONS: Record<string, [answer: string, outcome: RegExp]> = {
  tls1_1: ["refused", /alert (protocol version|handshake failure)/],
  tls1_2: ["accepted, with ALPN", /ALPN protocol: h2[^]*Protocol *: TLSv1\.2/],
  tls1_3: ["accepted, with ALPN", /New, TLSv1\.3[^]*ALPN protocol: h2/],
};

for (const transport of ["engine", "node"] as const) {
  for (const [version, [answer, outcome]] of Object.entries(VERSIONS)) {
    Deno.test({
      name: `TLS - ${version} is ${answer} (${transport})`,
      ignore: !available("openssl", "version"),
      async fn() {
        await using server = await createServer({ listen: ["127.0.0.1:0"], tls, transport });
        const { stdout, stderr } = await run([
          ...["openssl", "s_client", "-connect", `127.0.0.1:${server.listeners[0]?.port}`],
          // openssl itself refuses old versions at its usual level of security.
          ...[`-${version}`, "-cipher", "DEFAULT@SECLEVEL=0", "-alpn", "h2"],
        ] as [string, ...string[]]);
        match(stdout + stderr, outcome);
      },
    });
  }
}
