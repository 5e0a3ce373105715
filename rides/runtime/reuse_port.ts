import type { ListenOptions, Server } from "node:net";

/**
 * Lets other servers listen on the same port at the same time (SO_REUSEPORT), so that one can take over
 * from another without a moment at which nobody listens. grpc-js has no option for it and calls
 * `listen(options, callback)` itself; so the option is added on the way.
 *
 * The kernel gives each new connection to one of them. What waits to be accepted by one that closes is
 * reset (unless `net.ipv4.tcp_migrate_req` is 1), before any request was read.
 */
export function reusePort(server: Server): void {
  const listen = server.listen.bind(server) as (
    options: ListenOptions,
    then?: () => void,
  ) => Server;
  server.listen =
    ((options: ListenOptions, then?: () => void) =>
      listen({ ...options, reusePort: true }, then)) as typeof server.listen;
}
