import { type Deviations, testConformance } from "./conformance.ts";
import { nghttpd } from "./nghttpd.ts";

const DEVIATIONS: Deviations = {};

const installed = await nghttpd.isInstalled();

Deno.test({
  name: installed
    ? "HTTP/2 conformance of nghttpd"
    : "HTTP/2 conformance of nghttpd - SKIPPED: nghttpd (Debian's nghttp2-server) is not installed",
  ignore: !installed,
  fn: (context) => testConformance(context, nghttpd, DEVIATIONS),
});
