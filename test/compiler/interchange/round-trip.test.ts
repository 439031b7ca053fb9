/** Import, export, import is the identity, to the last bit of every probability. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOfFile, importText } from "#compiler/interchange/formats";
import { anyModel, compileCausal, plain, published, publishedBif, read, write } from "./networks.ts";

const named = ["bif", "xmlbif", "net"] as const;

describe("a random model", () => {
  it.each(named)("is the same after %s", (format) => {
    fc.assert(
      fc.property(anyModel, (model) => {
        // `false` and `true` come back as a bool, so the first reading decides
        const once = read(write(model, format), format);
        expect(plain(read(write(once, format), format))).toEqual(plain(once));
        expect(plain(once, { names: false })).toEqual(plain(model, { names: false }));
        expect(once.nodes.map((node) => node.name)).toEqual(model.nodes.map((node) => node.name));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("is the same after uai, but for its names", () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const once = read(write(model, "uai"), "uai");
        expect(plain(once, { names: false })).toEqual(plain(model, { names: false }));
        expect(plain(read(write(once, "uai"), "uai"))).toEqual(plain(once));
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it("is the same as a program", () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        expect(plain(compileCausal(write(model, "causal")))).toEqual(plain(model));
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

if (!published) console.warn("skipped: the bnlearn networks are not there");

// the two largest are in networks.long.ts
describe
  .skipIf(!published)
  .each(["alarm", "asia", "cancer", "child", "earthquake", "hepar2", "insurance", "munin1", "sachs", "survey"])(
  "%s",
  (name) => {
    const model = published ? read(publishedBif(name), "bif") : null!;

    it.each(named)("is the same after %s", (format) => {
      expect(plain(read(write(model, format), format))).toEqual(plain(model));
    });

    it("is the same after uai, but for its names", () => {
      expect(plain(read(write(model, "uai"), "uai"), { names: false })).toEqual(plain(model, { names: false }));
    });

    it("is the same as a program", () => {
      const text = importText({ name: `${name}.bif`, text: publishedBif(name) }, "bif", name);
      expect(plain(compileCausal(text))).toEqual(plain({ ...model, name }));
    });
  },
);

describe("the format of a file", () => {
  it("is told by its ending", () => {
    const paths = ["a.bif", "b/NET.BIF.GZ", "c.xml", "d.net", "e.uai", "f.dagitty", "g.tar", "noending", "h.causal"];
    expect(paths.map(formatOfFile)).toEqual(["bif", "bif", "xmlbif", "net", "uai", "dagitty", null, null, "causal"]);
  });
});
