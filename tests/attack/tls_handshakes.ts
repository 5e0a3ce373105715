import { once } from "node:events";
import tls from "node:tls";
import { type Attack, borneBut } from "./definition.ts";

const AT_ONCE = 50;

/**
 * Clients that come, greet in TLS and leave, again and again, which costs the server a signature each time. It has
 * to bear them: so do clients behave after the restart of a server.
 */
export const tlsHandshakes: Attack = {
  name: "TLS handshakes without end",
  tls: true,
  async go({ port, until }) {
    const wrong: string[] = [];
    do {
      const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => greet(port)));
      if (ends.some(({ status }) => status === "rejected")) wrong.push("a handshake failed");
    } while (performance.now() < until && wrong.length === 0);
    return [borneBut(wrong)];
  },
};

async function greet(port: number): Promise<void> {
  const socket = tls.connect({
    port,
    host: "127.0.0.1",
    ALPNProtocols: ["h2"],
    rejectUnauthorized: false,
  });
  await once(socket, "secureConnect");
  socket.destroy();
}
