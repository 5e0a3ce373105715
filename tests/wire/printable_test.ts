import { equal } from "node:assert/strict";
import { printable } from "../../rides/wire/printable.ts";

Deno.test("printable - shows control characters, and leaves the rest", () => {
  equal(printable("no \x1b[31mred\nline\x9b\x7f"), "no \\u001b[31mred\\u000aline\\u009b\\u007f");
  equal(printable("Zoë 🚗"), "Zoë 🚗");
});

Deno.test("printable - shows what breaks a line or turns its order round", () => {
  equal(printable("a\u2028b\u202ec\u2066"), "a\\u2028b\\u202ec\\u2066");
});
