import { InterceptingCall, type Interceptor, type Metadata } from "@grpc/grpc-js";

/** Has every call send what `add` puts into its metadata. */
export function sending(add: (metadata: Metadata) => void): Interceptor {
  return (options, next) =>
    new InterceptingCall(next(options), {
      start(metadata, listener, begin) {
        add(metadata);
        begin(metadata, listener);
      },
    });
}
