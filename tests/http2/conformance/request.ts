import { ascii, concat, data, Flag, frame, headers, Type } from "./frame.ts";
import { type Field, fieldBlock } from "./hpack.ts";

/** The header section of a GET that every target answers with 200. */
export const GET: readonly Field[] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "localhost"],
];

/** The header section of a POST; every target echoes what it carries. */
export const POST: readonly Field[] = [[":method", "POST"], ...GET.slice(1)];

/** A GET to which a `:path` has to be added. */
export const GET_WITHOUT_PATH: readonly Field[] = GET.filter(([name]) => name !== ":path");

/** The field block of a POST with a pseudo-header field that there is not. */
export const MALFORMED_POST: Uint8Array = fieldBlock([...POST, [":unknown", "value"]]);

/** These fields with the values of some, chosen by name, replaced. */
export function withValues(fields: readonly Field[], values: Record<string, string>): Field[] {
  return fields.map(([name, value]) => [name, values[name] ?? value]);
}

export function get(stream: number, path = "/"): Uint8Array {
  return headers(stream, fieldBlock(withValues(GET, { ":path": path })));
}

/** A POST whose content has yet to come. */
export function post(stream: number, ...more: Field[]): Uint8Array {
  return headers(stream, fieldBlock([...POST, ...more]), Flag.END_HEADERS);
}

/** DATA that ends its stream. */
export function lastData(stream: number, text = ""): Uint8Array {
  return data(stream, ascii(text), Flag.END_STREAM);
}

/** The payload of a padded frame. */
export function padded(content: ArrayLike<number>, padding: number): Uint8Array {
  return concat([padding], content, new Uint8Array(padding));
}

export function trailers(stream: number, ...fields: Field[]): Uint8Array {
  return headers(stream, fieldBlock(fields));
}

export function unknownFrame(stream: number, length = 8): Uint8Array {
  return frame(Type.UNKNOWN, 0xff, stream, new Uint8Array(length));
}
