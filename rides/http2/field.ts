/**
 * One field line, checked and classified once when it is decoded: an entry of a table keeps its
 * verdict, so a repeated header costs no second check.
 */

/** What a field is to the request that carries it (RFC 9113, 8.2 and 8.3). */
export const FieldKind = {
  REGULAR: 0,
  /** Split by clients for better compression, joined again with "; " (8.2.3). */
  COOKIE: 1,
  HOST: 2,
  CONTENT_LENGTH: 3,
  /** `:method`, `:scheme`, `:path`, `:authority`. */
  REQUEST_PSEUDO: 4,
  /** Its presence alone makes a request malformed. */
  MALFORMED: 5,
} as const;
export type FieldKind = (typeof FieldKind)[keyof typeof FieldKind];

export interface Field {
  readonly name: string;
  readonly value: string;
  readonly kind: FieldKind;
}

const KINDS: ReadonlyMap<string, FieldKind> = new Map<string, FieldKind>([
  ["cookie", FieldKind.COOKIE],
  ["host", FieldKind.HOST],
  ["content-length", FieldKind.CONTENT_LENGTH],
  // 8.2.2: what only HTTP/1.1 knows.
  ["connection", FieldKind.MALFORMED],
  ["keep-alive", FieldKind.MALFORMED],
  ["proxy-connection", FieldKind.MALFORMED],
  ["transfer-encoding", FieldKind.MALFORMED],
  ["upgrade", FieldKind.MALFORMED],
]);

/** No control character and no space. */
const VISIBLE = /^[!-~\u0080-\u00ff]*$/;

/** 8.3.1: the pseudo-headers of a request, and what each may say. */
const PSEUDO_VALUES: ReadonlyMap<string, RegExp> = new Map([
  [":method", /^[!#$%&'*+\-.^_`|~0-9A-Za-z]*$/], // RFC 9110, 5.6.2: a token
  [":scheme", /^(?:[A-Za-z][A-Za-z0-9+.\-]*)?$/], // RFC 3986, 3.1
  [":path", VISIBLE],
  [":authority", VISIBLE],
]);

/** 8.2.1 demands a little less; this is RFC 9110's token without upper case. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** 8.2.2: all that "te" may say; in any case, as strings of RFC 9110's grammar are. */
const TE = /^trailers$/i;
/** 8.2.1: no NUL, CR or LF, and no white space around. Latin-1, as decoded. */
const VALUE = /^(?![ \t])[^\0\r\n\u0100-\uffff]*(?<![ \t])$/;

export function isFieldName(name: string): boolean {
  return NAME.test(name);
}

export function isFieldValue(value: string): boolean {
  return VALUE.test(value);
}

/** 8.2.2: only HTTP/1.1 may carry it. */
export function isConnectionSpecific(name: string, value: string): boolean {
  return name === "te" ? !TE.test(value) : KINDS.get(name) === FieldKind.MALFORMED;
}

export function createField(name: string, value: string): Field {
  return { name, value, kind: classify(name, value) };
}

/** RFC 7541, 4.1: the size of an entry, with 32 for its overhead. */
export function fieldSize(field: { readonly name: string; readonly value: string }): number {
  return field.name.length + field.value.length + 32;
}

function classify(name: string, value: string): FieldKind {
  const pseudo = PSEUDO_VALUES.get(name);
  if (pseudo) return pseudo.test(value) ? FieldKind.REQUEST_PSEUDO : FieldKind.MALFORMED;
  if (!isFieldValue(value)) return FieldKind.MALFORMED;
  const kind = KINDS.get(name);
  if (kind !== undefined) return kind;
  if (name === "te") return TE.test(value) ? FieldKind.REGULAR : FieldKind.MALFORMED;
  return isFieldName(name) ? FieldKind.REGULAR : FieldKind.MALFORMED;
}
