/** Every link of the documents that stays in this repository leads to a file, and to a heading of it. */
import { deepEqual, ok } from "node:assert/strict";
import { ROOT } from "../support/paths.ts";

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "ops/README.md",
  "ops/LIMITS.md",
];

/** The names that headings have as places in a page, as GitHub makes them. */
function placesIn(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}

/** Whether a link of the document leads somewhere. */
async function leads(document: URL, link: string): Promise<boolean> {
  const { pathname, hash } = new URL(link, document);
  const target = new URL(pathname, ROOT);
  try {
    if (hash === "") return Boolean(await Deno.stat(target));
    return placesIn(await Deno.readTextFile(target)).includes(hash.slice(1));
  } catch {
    return false;
  }
}

for (const name of DOCUMENTS) {
  Deno.test(`${name} - every link leads somewhere`, async () => {
    const document = new URL(name, ROOT);
    const text = await Deno.readTextFile(document);
    const links = [...text.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)].map(([, link = ""]) => link);
    const found = await Promise.all(links.map((link) => leads(document, link)));
    deepEqual(links.filter((_, n) => !found[n]), []);
  });
}

Deno.test("links - one that leads nowhere is found", async () => {
  const readme = new URL("README.md", ROOT);
  ok(await leads(readme, "#troubleshooting"));
  for (const link of ["#no-such-heading", "no_such_file.md", "ops/README.md#none"]) {
    ok(!await leads(readme, link), link);
  }
});
