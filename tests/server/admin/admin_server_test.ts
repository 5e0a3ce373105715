import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { createServer } from "../../../rides/server/server.ts";
import { Readiness } from "../../../rides/server/readiness.ts";
import { eventually } from "../../support/eventually.ts";
import { ask } from "../../support/http.ts";
import { Serving } from "../../support/serving.ts";

const admin = { listen: "127.0.0.1:0" };

Deno.test("admin - /livez answers that it lives, and / lists the pages", async () => {
  await using serving = await Serving.start({ admin });
  deepEqual((({ status, text }) => ({ status, text }))(await ask(`${serving.adminUrl}/livez`)), {
    status: 200,
    text: "ok\n",
  });
  const { text } = await ask(`${serving.adminUrl}/`);
  const paths = text.trimEnd().split("\n").map((line) => line.split(" ")[0]);
  const all = ["/livez", "/readyz", "/metrics", "/version", "/debug/profile", "/debug/heap"];
  deepEqual(paths, all);
});

Deno.test("admin - /readyz says whether the server wants calls, and why not", async () => {
  const readiness = new Readiness();
  await using serving = await Serving.start({ admin, readiness });
  equal((await ask(`${serving.adminUrl}/readyz`)).status, 200);
  const letGo = readiness.hold("the disk is full");
  const { status, text } = await ask(`${serving.adminUrl}/readyz`);
  deepEqual({ status, text }, { status: 503, text: "the disk is full\n" });
  letGo();
  equal((await ask(`${serving.adminUrl}/readyz`)).status, 200);
});

Deno.test("admin - answers while the server drains, and no more when it has ended", async () => {
  await using serving = await Serving.start({ admin, drainDelayMs: 60_000 });
  const url = serving.adminUrl;
  const ended = serving.server.shutdown();
  const { status, text } = await ask(`${url}/readyz`);
  deepEqual({ status, text }, { status: 503, text: "draining\n" });
  equal((await ask(`${url}/livez`)).status, 200);
  await serving.server.shutdown(0);
  await ended;
  await rejects(ask(`${url}/livez`), /ECONNREFUSED/);
});

Deno.test("admin - /version has the versions", async () => {
  await using serving = await Serving.start({ admin });
  const { text, headers } = await ask(`${serving.adminUrl}/version`);
  deepEqual(Object.keys(JSON.parse(text)), ["version", "deno", "v8"]);
  equal(headers["content-type"], "application/json");
});

const HOSTS: [string, number][] = [
  ["127.0.0.1", 200],
  ["127.0.0.1:9464", 200],
  ["[::1]:9464", 200],
  ["localhost:1", 200],
  ["LOCALHOST", 200],
  ["metrics.example:9464", 200],
  ["evil.example", 421],
  ["localhost.evil.example", 421],
  ["127.0.0.1.evil.example:9464", 421],
];

for (const [host, status] of HOSTS) {
  Deno.test(`admin - a request for the host ${host} is answered with ${status}`, async () => {
    const names = ["metrics.example"];
    await using serving = await Serving.start({ admin: { ...admin, names } });
    equal((await ask(`${serving.adminUrl}/metrics`, { headers: { host } })).status, status);
  });
}

const TARGETS: [string, string, number][] = [
  ["two hosts", "GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example", 400],
  ["one host twice", "GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: localhost", 400],
  ["no host", "GET /metrics HTTP/1.1", 400],
  ["no host in HTTP/1.0", "GET /metrics HTTP/1.0", 400],
  [
    "a target with another host",
    "GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost",
    421,
  ],
  ["a target with its host", "GET http://localhost/metrics HTTP/1.1\r\nHost: evil.example", 200],
  ["a target that is none", "GET * HTTP/1.1\r\nHost: localhost", 400],
];

for (const [what, request, status] of TARGETS) {
  Deno.test(`admin - a request with ${what} is answered with ${status}`, async () => {
    await using serving = await Serving.start({ admin });
    match(await say(serving, `${request}\r\n\r\n`), new RegExp(`^HTTP/1\\.[01] ${status} `));
  });
}

Deno.test("admin - a request that a page of another site makes is refused", async () => {
  await using serving = await Serving.start({ admin });
  const headers = { "sec-fetch-site": "cross-site" };
  equal((await ask(`${serving.adminUrl}/metrics`, { headers })).status, 421);
});

Deno.test("admin - other methods than GET are refused", async () => {
  await using serving = await Serving.start({ admin });
  const { status, headers } = await ask(`${serving.adminUrl}/metrics`, { method: "POST" });
  equal(status, 405);
  equal(headers.allow, "GET, HEAD");
  equal((await ask(`${serving.adminUrl}/metrics`, { method: "HEAD" })).text, "");
});

Deno.test("admin - pages that are none are not found, whatever they are called", async () => {
  await using serving = await Serving.start({ admin });
  equal((await ask(`${serving.adminUrl}/metrics/x`)).status, 404);
  match(await say(serving, "GET //[ HTTP/1.1\r\nHost: localhost\r\n\r\n"), /^HTTP\/1\.1 404 /);
});

Deno.test("admin - a header beyond 8 KiB is refused", async () => {
  await using serving = await Serving.start({ admin });
  const big = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(10_000)}\r\n\r\n`;
  match(await say(serving, big), /^HTTP\/1\.1 431 /);
});

Deno.test("admin - a request that does not come whole is not waited for", async () => {
  await using serving = await Serving.start({ admin });
  match(await say(serving, "GET /livez HTTP/1.1\r\nHost: local"), /^HTTP\/1\.1 408 /);
});

Deno.test("admin - six hundred requests that do not come whole keep nobody out", async () => {
  await using serving = await Serving.start({ admin });
  const halves = await half(serving, 600);
  try {
    equal((await ask(`${serving.adminUrl}/livez`)).status, 200);
  } finally {
    for (const socket of halves) socket.destroy();
  }
});

Deno.test("admin - a crowd of connections does not cut the request that is being answered", async () => {
  await using serving = await Serving.start({ admin: { ...admin, openDebug: true } });
  const profile = ask(`${serving.adminUrl}/debug/profile?seconds=1`);
  await eventually(
    "it is asked for",
    () => serving.log.lines.find(({ message }) => /profile/.test(message)),
  );
  const halves = await half(serving, 100);
  try {
    equal((await profile).status, 200);
  } finally {
    for (const socket of halves) socket.destroy();
  }
});

Deno.test("admin - a port in use fails the start, and leaves nothing behind", async () => {
  await using serving = await Serving.start({ admin });
  const listen = ["127.0.0.1:0"];
  const taken = { listen: `127.0.0.1:${serving.server.admin?.port}` };
  await rejects(createServer({ listen, admin: taken }), /: the port is in use; .* with --admin$/);
});

Deno.test("admin - with reusePort the server that follows listens at the same port", async () => {
  await using serving = await Serving.start({ admin, reusePort: true });
  const same = { listen: `127.0.0.1:${serving.server.admin?.port}` };
  await using next = await Serving.start({ admin: same, reusePort: true });
  equal(next.adminUrl, serving.adminUrl);
  await serving.server.shutdown();
  equal((await ask(`${next.adminUrl}/readyz`)).status, 200);
});

/** Opens connections to the admin port, each of which says half of a request and no more. */
function half(serving: Serving, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () =>
    new Promise<Socket>((resolve) => {
      const socket = connect(serving.server.admin?.port ?? 0, "127.0.0.1");
      socket.on("error", () => {});
      socket.on("connect", () =>
        socket.write("GET /livez HTTP/1.1\r\nHost: local", () => resolve(socket)));
    })));
}

/** Sends text to the admin port, and returns what comes until it closes or has answered. */
function say(serving: Serving, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(serving.server.admin?.port ?? 0, "127.0.0.1");
    socket.on("data", (chunk) => {
      answer += chunk;
      socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.write(text);
  });
}
