import { Buffer } from "node:buffer";

/** Buffers of one size, shared by all connections so that an idle one has none. */
export class SlabPool {
  private readonly free: Buffer[] = [];

  constructor(private readonly slabBytes: number, private readonly maxFree: number) {}

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.slabBytes);
  }

  give(slab: Buffer): void {
    if (this.free.length < this.maxFree) this.free.push(slab);
  }
}
