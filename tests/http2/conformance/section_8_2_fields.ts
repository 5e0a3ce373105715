import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { answered, echoed, malformed } from "./expectation.ts";
import { headers } from "./frame.ts";
import { type Field, fieldBlock } from "./hpack.ts";
import { GET, get, trailers, withValues } from "./request.ts";
import { COOKIE } from "./site.ts";
import { open } from "./state.ts";

function carrying(...fields: Field[]): Uint8Array {
  return headers(1, fieldBlock([...GET, ...fields]));
}

/** Field names with characters that section 8.2.1 rules out, and what is wrong with them. */
const NAMES: Record<string, string> = {
  "nothing in it": "",
  "an uppercase letter": "X-Upper",
  "an uppercase letter at its end": "x-loweR",
  "NUL": "x-\x00nul",
  "a control character": "x-\x1fcontrol",
  "a line feed": "x-line\nfeed",
  "a space": "x-a space",
  "DEL": "x-\x7fdel",
  "an octet of 0x80": "x-\x80high",
  "an octet of 0xff": "x-\xffhigh",
  "a colon": "x-a:colon",
};

/** Field values that section 8.2.1 rules out, and what is wrong with them. */
const VALUES: Record<string, string> = {
  "NUL": "a\x00b",
  "a line feed": "a\nb",
  "a carriage return": "a\rb",
  "a space at its start": " a",
  "a space at its end": "a ",
  "a tab at its start": "\ta",
  "a tab at its end": "a\t",
};

const CONNECTION_SPECIFIC: Field[] = [
  ["connection", "keep-alive"],
  ["proxy-connection", "keep-alive"],
  ["keep-alive", "timeout=5"],
  ["transfer-encoding", "chunked"],
  ["upgrade", "h2c"],
  ["te", "gzip"],
  ["te", "trailers, deflate"],
];

export const fieldValidity: Case[] = [
  {
    title:
      "RFC 9113 8.2 - a response has lowercase field names and none that are specific to a connection",
    send: [get(1)],
    expect: async (connection) => {
      const { fields } = await connection.response(1);
      for (const [name] of fields) {
        assert.equal(name, name.toLowerCase());
        assert.doesNotMatch(
          name,
          /^((proxy-)?connection|keep-alive|transfer-encoding|upgrade|te)$/,
        );
      }
    },
  },
  {
    title: "RFC 9113 8.2 - an uppercase field name in trailers is malformed",
    given: open,
    send: [trailers(1, ["X-Upper", "1"])],
    expect: malformed,
  },
  ...Object.entries(NAMES).map(([flaw, name]): Case => ({
    title: `RFC 9113 8.2.1 - a field name with ${flaw} is malformed`,
    send: [carrying([name, "1"])],
    expect: malformed,
  })),
  ...Object.entries(VALUES).map(([flaw, value]): Case => ({
    title: `RFC 9113 8.2.1 - a field value with ${flaw} is malformed`,
    send: [carrying(["x-name", value])],
    expect: malformed,
  })),
  {
    title: "RFC 9113 8.2.1 - a field value with a line feed in trailers is malformed",
    given: open,
    send: [trailers(1, ["x-name", "a\nb"])],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.2.1 - a field name with all the characters of a token is accepted",
    send: [carrying(["!#$%&'*+-.^_`|~09az", "1"])],
    expect: answered,
  },
  {
    title: "RFC 9113 8.2.1 - an empty value and a value with inner blanks and octets are accepted",
    send: [carrying(["x-empty", ""], ["x-inner", "a \t b"], ["x-octets", "a\x80\xffb"])],
    expect: answered,
  },
  {
    title: "RFC 9113 8.2.1 - fields of one name may be repeated",
    send: [carrying(["x-twice", "1"], ["x-twice", "2"])],
    expect: answered,
  },
  ...CONNECTION_SPECIFIC.map(([name, value]): Case => ({
    title: `RFC 9113 8.2.2 - the field "${name}: ${value}" is malformed`,
    send: [carrying([name, value])],
    expect: malformed,
  })),
  {
    title: "RFC 9113 8.2.2 - a connection-specific field in trailers is malformed",
    given: open,
    send: [trailers(1, ["transfer-encoding", "chunked"])],
    expect: malformed,
  },
  {
    title: 'RFC 9113 8.2.2 - the field "te: trailers" is accepted',
    send: [carrying(["te", "trailers"])],
    expect: answered,
  },
  {
    title: 'RFC 9113 8.2.2 - the field "te: Trailers" is accepted, in whatever case',
    send: [carrying(["te", "Trailers"])],
    expect: answered,
  },
  {
    title: "RFC 9113 8.2.3 - a handler gets the cookie of several fields as one",
    send: [
      headers(
        1,
        fieldBlock([
          ...withValues(GET, { ":path": COOKIE }),
          ["cookie", "a=b"],
          ["cookie", "c=d; e=f"],
          ["cookie", "g=h"],
        ]),
      ),
    ],
    expect: echoed("a=b; c=d; e=f; g=h"),
  },
];
