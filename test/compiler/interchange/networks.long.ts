/** The two largest published networks through every format; minutes, for the parser reads megabytes. */
import { describe, expect, it } from "vitest";
import { importText } from "#compiler/interchange/formats";
import { compileCausal, plain, published, publishedBif, read, write } from "./networks.ts";

if (!published) console.warn("skipped: the bnlearn networks are not there");

describe.skipIf(!published).each(["barley", "water"])("%s", (name) => {
  const text = published ? publishedBif(name) : "";

  it.each(["bif", "xmlbif", "net"] as const)("is the same after %s", (format) => {
    const model = read(text, "bif");
    expect(plain(read(write(model, format), format))).toEqual(plain(model));
  });

  it("is the same after uai, but for its names", () => {
    const model = read(text, "bif");
    expect(plain(read(write(model, "uai"), "uai"), { names: false })).toEqual(plain(model, { names: false }));
  });

  it("is the same as a program", () => {
    const model = read(text, "bif");
    expect(plain(compileCausal(importText({ name: `${name}.bif`, text }, "bif", name)))).toEqual(
      plain({ ...model, name }),
    );
  });
});
