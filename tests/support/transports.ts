/** Every transport that a server can stand on, for tests that hold over all of them. */
export const TRANSPORTS = ["engine", "node"] as const;
