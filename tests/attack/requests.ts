/** The fields of a request for /Rides/Start (gRPC over HTTP/2, Request-Headers). */
export const startRequest: readonly (readonly [string, string])[] = fieldsOf("/Rides/Start");

/** The fields of a gRPC request for a method. */
export function fieldsOf(path: string): readonly (readonly [string, string])[] {
  return [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "localhost"],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
  ];
}
