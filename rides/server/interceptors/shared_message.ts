import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { streamBelow } from "./stream_below.ts";

/**
 * A message that ends with bytes which other calls are sent as well. grpc-js 1.14 copies each message behind
 * a prefix; of answers that clients do not take, and of those that the collector has not come to, copies
 * would be most of what the server holds. What grpc-js gets is the beginning, as if it were a buffer; the
 * rest goes behind it, as it is.
 */
export class SharedMessage implements Pick<Buffer, "byteLength" | "copy"> {
  constructor(private readonly own: Buffer, private readonly shared: Buffer) {}

  /** @param callback called when all of it has left */
  send(innermost: ServerInterceptingCallInterface, callback: () => void): void {
    innermost.sendMessage(this, () => {});
    streamBelow(innermost)?.write?.(this.shared, (error) => {
      if (!error) callback();
    });
  }

  get byteLength(): number {
    return this.own.byteLength;
  }

  /** Right behind the prefix, which ends with a length: that is of the whole. */
  copy(target: Uint8Array, at = 0): number {
    const length = this.own.byteLength + this.shared.byteLength;
    new DataView(target.buffer, target.byteOffset).setUint32(at - 4, length);
    return this.own.copy(target, at);
  }
}
