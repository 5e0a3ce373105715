import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { InvalidArgument, OutOfRange } from "../domain/failure.ts";

/** How far a watch has come: past every commit up to `sequence`, and past `offset` changes of the next. */
export interface Cursor {
  readonly sequence: number;
  readonly offset: number;
}

/** What a watch has told, besides the changes before its cursor. */
export type Told =
  /** Of the cars as they were: all. */
  | { readonly kind: "cars" }
  /** Of the cars as they were: those with numbers up to this. Of others nothing, not even changes. */
  | { readonly kind: "cars up to"; readonly last: bigint }
  /** The ride at this revision, and thus every change of it up to that; whether it was ACTIVE then. */
  | { readonly kind: "ride"; readonly revision: number; readonly active: boolean }
  /** That the ride has ended. */
  | { readonly kind: "end" };

/** Where a watch is: enough to go on behind it, after a restart too. */
export interface ResumePoint {
  readonly cursor: Cursor;
  readonly told: Told;
}

const VERSION = 1;
const FINGERPRINT_BYTES = 8;
const KINDS = ["cars", "cars up to", "ride", "end"] as const;
/** Version, two fingerprints, sequence, offset, kind. */
const HEAD_BYTES = 1 + 2 * FINGERPRINT_BYTES + 8 + 4 + 1;
const SIGNATURE_BYTES = 8;
const CHECK_BYTES = 4;

/**
 * The resume tokens of one watch: opaque to its client, who can only send them back. They are signed, since
 * with a forged one the car of a ride could be followed beyond the ride's end.
 */
export class ResumeTokens {
  readonly #secret: string;
  readonly #store: Buffer;
  readonly #scope: Buffer;

  /**
   * @param store the id of the store that the sequences are of, which nobody else knows
   * @param scope names what is watched: equal for equal watches, and for no others
   */
  constructor(store: string, scope: string) {
    this.#secret = store;
    this.#store = fingerprint(store);
    this.#scope = fingerprint(scope);
  }

  encode({ cursor, told }: ResumePoint): string {
    const bytes = Buffer.alloc(HEAD_BYTES + detailBytes(told.kind) + SIGNATURE_BYTES + CHECK_BYTES);
    bytes[0] = VERSION;
    this.#store.copy(bytes, 1);
    this.#scope.copy(bytes, 1 + FINGERPRINT_BYTES);
    let at = 1 + 2 * FINGERPRINT_BYTES;
    at = bytes.writeBigUInt64BE(BigInt(cursor.sequence), at);
    at = bytes.writeUInt32BE(cursor.offset, at);
    at = bytes.writeUInt8(KINDS.indexOf(told.kind), at);
    if (told.kind === "cars up to") at = bytes.writeBigInt64BE(told.last, at);
    if (told.kind === "ride") at = bytes.writeUInt32BE(told.revision * 2 + Number(told.active), at);
    at += this.#signatureOf(bytes.subarray(0, at)).copy(bytes, at);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, at)), at);
    return bytes.toString("base64url");
  }

  /**
   * @throws {InvalidArgument} if the token is none of these, or of another watch
   * @throws {OutOfRange} if it is of another store
   */
  decode(token: string): ResumePoint {
    const bytes = Buffer.from(token, "base64url");
    const at = bytes.length - CHECK_BYTES;
    const signed = at - SIGNATURE_BYTES;
    const kind = KINDS[bytes[HEAD_BYTES - 1] ?? KINDS.length];
    const isWhole = kind !== undefined && bytes.toString("base64url") === token &&
      bytes[0] === VERSION && signed === HEAD_BYTES + detailBytes(kind) &&
      bytes.readUInt32BE(at) === crc32(bytes.subarray(0, at));
    if (!isWhole) throw refused(MADE_UP);
    if (!this.#scope.equals(bytes.subarray(1 + FINGERPRINT_BYTES, 1 + 2 * FINGERPRINT_BYTES))) {
      throw refused("of another watch: send it with what was watched when it was given");
    }
    if (!this.#store.equals(bytes.subarray(1, 1 + FINGERPRINT_BYTES))) {
      throw new OutOfRange("resume_token: of another store; watch anew, without it");
    }
    if (!this.#signatureOf(bytes.subarray(0, signed)).equals(bytes.subarray(signed, at))) {
      throw refused(MADE_UP);
    }
    const cursor = {
      sequence: Number(bytes.readBigUInt64BE(1 + 2 * FINGERPRINT_BYTES)),
      offset: bytes.readUInt32BE(9 + 2 * FINGERPRINT_BYTES),
    };
    switch (kind) {
      case "cars up to":
        return { cursor, told: { kind, last: bytes.readBigInt64BE(HEAD_BYTES) } };
      case "ride": {
        const detail = bytes.readUInt32BE(HEAD_BYTES);
        return { cursor, told: { kind, revision: detail >>> 1, active: (detail & 1) === 1 } };
      }
      default:
        return { cursor, told: { kind } };
    }
  }

  /**
   * As good as an HMAC here: three quarters of the digest are left out, so that it cannot be extended. The
   * HMAC of `node:crypto` takes four times as long, 12 µs instead of 3, for every response of every watch.
   */
  #signatureOf(bytes: Buffer): Buffer {
    const digest = createHash("sha256").update(this.#secret).update(bytes).digest();
    return digest.subarray(0, SIGNATURE_BYTES);
  }
}

const MADE_UP = "no resume token of this service: send one back as it came";

function detailBytes(kind: Told["kind"]): number {
  switch (kind) {
    case "cars up to":
      return 8;
    case "ride":
      return 4;
    default:
      return 0;
  }
}

function refused(reason: string): InvalidArgument {
  return new InvalidArgument([{ field: "resume_token", reason }]);
}

function fingerprint(text: string): Buffer {
  return createHash("sha256").update(text).digest().subarray(0, FINGERPRINT_BYTES);
}
