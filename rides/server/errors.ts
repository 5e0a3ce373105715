/** An address that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(readonly address: string, cause: Error) {
    super(`Cannot listen on ${address}: ${reason(cause.message)}`, { cause });
  }
}

function reason(message: string): string {
  if (message.includes("EADDRINUSE") || message.includes("AddrInUse")) {
    return "the port is in use; stop the program that has it, or choose another with --listen";
  }
  if (message.includes("EACCES") || message.includes("PermissionDenied")) {
    return "not allowed; ports below 1024 need privileges, choose another with --listen";
  }
  if (
    /EADDRNOTAVAIL|AddrNotAvailable|EINVAL|EAFNOSUPPORT|ENOTFOUND|Name resolution/.test(message)
  ) {
    return "this machine has no such address; choose one with --listen, as in 127.0.0.1:8888";
  }
  return message;
}
