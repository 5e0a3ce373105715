import { Buffer } from "node:buffer";
import { connect } from "node:tls";

/** What a server presents to a client that connects now: SHA-256 of its certificate, as `AB:CD:…`. */
export function presentedCertificate(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // Whoever looks at certificates trusts none.
    const socket = connect({
      ...{ port, host: "127.0.0.1", servername: "localhost" },
      ...{ rejectUnauthorized: false, ALPNProtocols: ["h2"] },
    });
    socket.once("secureConnect", () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      resolve(fingerprint256);
    });
    socket.once("error", reject);
  });
}

/** PEM of as much of `text` as a writer has written who was stopped half-way. */
export function halfOf(text: string): string {
  return Buffer.from(text).subarray(0, text.length / 2).toString();
}
