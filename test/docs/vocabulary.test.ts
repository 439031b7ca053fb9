/** The page of the vocabulary is the one that the standard library makes; `-u` writes it anew. */
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { vocabularyPage } from "../../docs/vocabulary.ts";

it("docs/vocabulary.md lists the standard library as it is", async () => {
  await expect(vocabularyPage()).toMatchFileSnapshot(resolve(import.meta.dirname, "../../docs/vocabulary.md"));
});
