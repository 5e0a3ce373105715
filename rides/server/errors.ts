/** What names an address to listen on. */
export type ListenFlag = "--listen" | "--admin";

/** An address that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  /** @param flag where it comes from on the command line */
  constructor(readonly address: string, cause: Error, flag: ListenFlag = "--listen") {
    super(`Cannot listen on ${address}: ${reason(cause.message, flag)}`, { cause });
  }
}

function reason(message: string, flag: ListenFlag): string {
  if (message.includes("EADDRINUSE") || message.includes("AddrInUse")) {
    return `the port is in use; stop the program that has it, or choose another with ${flag}`;
  }
  if (message.includes("EACCES") || message.includes("PermissionDenied")) {
    return `not allowed; ports below 1024 need privileges, choose another with ${flag}`;
  }
  if (
    /EADDRNOTAVAIL|AddrNotAvailable|EINVAL|EAFNOSUPPORT|ENOTFOUND|Name resolution/.test(message)
  ) {
    return `this machine has no such address; choose one with ${flag}, as in 127.0.0.1:8888`;
  }
  return message;
}
