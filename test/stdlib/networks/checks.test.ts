/** The front end finds nothing wrong with the networks of the library, and infers the shapes that they are lowered to. */
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { CheckContext } from "#lang/types/check-context";
import { checkNetworkDeclaration, checkNetworkUse, printShapes } from "#lang/types/check-network";
import type { Constants } from "#lang/types/signature";
import type { FeatureShape } from "#lang/types/type";
import { words } from "../layers/lowering.ts";
import { libraryNetworks } from "./library.ts";

function context(report: (diagnostic: Diagnostic) => void): CheckContext {
  return {
    signatures: words,
    declarations: { models: new Map(), networks: libraryNetworks, data: new Map() },
    report,
  };
}

/** The inferred shape of a use, or the first complaint. */
function use(name: string, inputs: readonly FeatureShape[], args: Constants = {}): string {
  const found: Diagnostic[] = [];
  const decl = libraryNetworks.get(name)!;
  const constants = Object.fromEntries(
    decl.parameters.flatMap(({ name: parameter, value }) =>
      value?.kind === "number" ? [[parameter.text, value.value]] : [],
    ),
  );
  const given = Object.entries(args).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
  const shapes = checkNetworkUse(
    context((diagnostic) => found.push(diagnostic)),
    name,
    { ...constants, ...Object.fromEntries(given) },
    inputs.map((shape) => ({ what: "a tensor", shape })),
    decl.span,
  );
  return found[0]?.message ?? printShapes(shapes!);
}

describe("the checker", () => {
  it.each([...libraryNetworks])("accepts %s as it is declared", (_, decl) => {
    const found: Diagnostic[] = [];
    expect(
      checkNetworkDeclaration(
        context((diagnostic) => found.push(diagnostic)),
        decl,
      ),
    ).toBe(true);
    expect(found).toEqual([]);
  });

  it("infers the shapes of generators, discriminators and labelers", () => {
    expect(use("dcgan", [[100], [9]])).toBe("[64, 64, 3]");
    expect(use("dcgan32", [[100], [9]])).toBe("[32, 32, 3]");
    expect(use("dcgan_discriminator", [[64, 64, 3]])).toBe("[1]");
    expect(use("dcgan_discriminator_minibatch", [[64, 64, 3]])).toBe("[1]");
    expect(use("dcgan_labeler32", [[32, 32, 3]], { units: 9 })).toBe("[9]");
    expect(use("classifier", [[64, 64, 3]], { units: 4 })).toBe("[4]");
    expect(use("mlp", [[7]], { units: 2 })).toBe("[2]");
  });

  it("says which layer cannot take what it gets", () => {
    expect(use("dcgan_discriminator", [[100]])).toBe(
      "`conv`: a map [height, width, channels] is needed, but the input is a vector [100]",
    );
    expect(use("mlp", [[8, 8, 3]], { units: 2 })).toBe(
      "`dense`: a vector [n] is needed, but the input is a map [8, 8, 3]",
    );
  });
});
