import { status as Code } from "@grpc/grpc-js";
import type { IncomingHttpHeaders } from "node:http2";
import { clip } from "../wire/clip.ts";
import { isTimeout } from "./interceptors/timeout.ts";

/** Why a request is not a call, and how it is answered. */
export interface NoCall {
  /** The HTTP status. */
  readonly http: number;
  readonly code: Code;
  readonly reason: string;
}

/** `application/grpc` with a permitted suffix; `application/grpc-web` is another protocol. */
const CONTENT_TYPE = /^application\/grpc(?:[+;]|$)/;

/** The longest reason, in bytes as it travels. */
const REASON_BYTES = 512;

/**
 * Why a request is not a call; undefined if it is one.
 *
 * grpc-js does not check `:method`, finds a timeout anywhere in `grpc-timeout` (so `-1S` is a second), and
 * takes every content type that begins like gRPC's. The HTTP statuses are those of grpc-go.
 *
 * @param methods the paths of the methods that the server has
 */
export function noCall(
  headers: IncomingHttpHeaders,
  methods: ReadonlySet<string>,
): NoCall | undefined {
  const { ":method": method, ":path": path = "", "content-type": type = "" } = headers;
  if (method !== "POST") return refusal(405, `a call is a POST, and no ${method}`);
  if (!CONTENT_TYPE.test(type)) return refusal(415, `content-type "${type}" is not gRPC's`);
  if (!methods.has(path)) {
    return refusal(200, `the server does not implement the method ${path}`, Code.UNIMPLEMENTED);
  }
  const timeout = headers["grpc-timeout"];
  if (timeout === undefined || isTimeout(`${timeout}`)) return undefined;
  return refusal(400, `malformed grpc-timeout "${timeout}"`);
}

function refusal(http: number, reason: string, code = Code.INVALID_ARGUMENT): NoCall {
  return { http, code, reason: clip(reason, REASON_BYTES) };
}
