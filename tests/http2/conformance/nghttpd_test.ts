import { type Deviations, testConformance } from "./conformance.ts";
import { nghttpd } from "./nghttpd.ts";

/** Of nghttp2 1.52. */
const DEVIATIONS: Deviations = {
  "applies the limit to the first frame of a field block only": [
    "RFC 9113 4.2 - CONTINUATION longer than the limit is a connection error FRAME_SIZE_ERROR",
  ],
  "answers after the end of the request": [
    "RFC 9113 8.1 - a response before the end of the request is complete",
    "RFC 9113 8.1 - the rest of a request that is answered already is no error",
  ],
  "serves files, which show no field of a request": [
    "RFC 9113 8.2.3 - a handler gets the cookie of several fields as one",
  ],
  "takes any :authority, and any Host beside it": [
    "RFC 9113 8.3.1 - a request with Host other than :authority is malformed",
    "RFC 9113 8.3.1 - an :authority with userinfo is malformed",
  ],
  "ends the connection for some stream errors, as section 5.4.1 lets it": [
    "RFC 9113 4.3 - the block of a refused stream changes the compression state",
    "RFC 9113 6.9 - DATA in error counts for the connection window",
  ],
  "ignores frames on a lower stream that it does not know, since it forgets closed streams": [
    "RFC 9113 5.1.1 - a lower stream identifier is a connection error PROTOCOL_ERROR",
    "RFC 9113 5.1.1 - DATA on a skipped stream is an error",
  ],
  "resets the stream with FLOW_CONTROL_ERROR and keeps the connection": [
    "RFC 9113 6.9.2 - an initial window that overflows a stream's is a connection error FLOW_CONTROL_ERROR",
  ],
};

const installed = nghttpd.isInstalled;

Deno.test({
  name: installed
    ? "HTTP/2 conformance of nghttpd"
    : "HTTP/2 conformance of nghttpd - SKIPPED: nghttpd (Debian's nghttp2-server) is not installed",
  ignore: !installed,
  fn: (context) => testConformance(context, nghttpd, DEVIATIONS),
});
