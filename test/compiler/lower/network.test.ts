/** Names and sharing of state, constants, calls of networks by networks, statistics, noise and origins. */
import { describe, expect, it } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { evaluate } from "#runtime/executors/reference/evaluate";
import { tensor } from "#runtime/tensor";
import { lowerInto, lowerText, networksOf } from "../../stdlib/layers/lowering.ts";

const names = (text: string, shapes: readonly (readonly number[])[]) =>
  lowerText(text, shapes).lowering.state.map((entry) => entry.name);

describe("state", () => {
  it("is named after its place in the text", () => {
    expect(names("network f(x) { x |> dense(4) |> relu |> batchnorm }", [[2, 3]])).toEqual([
      "net/0_dense/weights",
      "net/0_dense/bias",
      "net/2_batchnorm/mean",
      "net/2_batchnorm/variance",
      "net/2_batchnorm/scale",
      "net/2_batchnorm/shift",
    ]);
  });

  it("of a called network is named after the call", () => {
    const text = `
      network outer(x; width : int = 2) { x |> block(width = 2 * width) |> block(width) }
      network block(x; width : int) { x |> dense(width, bias = false) |> relu }`;
    const { lowering } = lowerText(text, [[5, 3]], { args: { width: 3 } });
    expect(lowering.state.map(({ name, shape, role }) => ({ name, shape, role }))).toEqual([
      { name: "net/0_block/0_dense/weights", shape: [3, 6], role: "parameter" },
      { name: "net/1_block/0_dense/weights", shape: [6, 3], role: "parameter" },
    ]);
  });

  it("is shared by calls with one scope and enters the builder once", () => {
    const networks = networksOf("network f(x) { dense(x, 2) }");
    const builder = createBuilder("test");
    const a = builder.input("a", [1, 3]);
    const b = builder.input("b", [4, 3]);
    const first = lowerInto(builder, networks, [a], { scope: "d" });
    const second = lowerInto(builder, networks, [b], { scope: "d" });
    lowerInto(builder, networks, [b], { scope: "e" });
    expect(second.state).toEqual(first.state);
    const inputs = builder.nodes.flatMap((node) => (node.op === "input" ? [node.name] : []));
    expect(inputs).toEqual(["a", "b", "d/0_dense/weights", "d/0_dense/bias", "e/0_dense/weights", "e/0_dense/bias"]);
  });

  it("cannot be shared by calls that need different shapes", () => {
    const networks = networksOf("network f(x) { dense(x, 2) }");
    const builder = createBuilder("test");
    lowerInto(builder, networks, [builder.input("a", [1, 3])]);
    expect(() => lowerInto(builder, networks, [builder.input("b", [1, 4])])).toThrow(
      "internal: net/0_dense/weights is shared by networks that need different shapes",
    );
  });
});

describe("constants", () => {
  it("take their defaults in order, and arguments by place and by name", () => {
    const text = "network f(x; a : int = 2, b : int = a + 1, c : bool = b > 3) { x |> dense(a * b, c) }";
    const shapes = (args: Readonly<Record<string, number>>) =>
      lowerText(text, [[1, 5]], { args }).lowering.state.map((entry) => entry.shape);
    expect(shapes({})).toEqual([[5, 6]]);
    expect(shapes({ a: 3 })).toEqual([[5, 12], [12]]);
    expect(shapes({ b: 1 })).toEqual([[5, 2]]);
  });

  it("that the network does not have are refused, and so are missing ones", () => {
    const text = "network f(x; a : int) { dense(x, a) }";
    expect(() => lowerText(text, [[1, 5]], { args: { a: 1, b: 2 } })).toThrow("internal: network f has no constant b");
    expect(() => lowerText(text, [[1, 5]])).toThrow("internal: network f needs a");
  });
});

describe("bindings", () => {
  it("name tensors that may be used more than once", () => {
    const text = "network f(x, y) { let s := add(x, y) let t := scale(s, 2) concat(s, t, x) }";
    const { builder } = lowerText(text, [
      [1, 1],
      [1, 1],
    ]);
    const results = evaluate(builder.build(), { x: tensor([1, 1], [3]), y: tensor([1, 1], [4]) });
    expect([...results.result!.data]).toEqual([7, 14, 3]);
  });
});

describe("statistics", () => {
  const networks = networksOf("network f(x) { batchnorm(x, decay = 0.5, scale = false) }");
  const given = { "d/0_batchnorm/variance": tensor([1], [1]), "d/0_batchnorm/shift": tensor([1], [0]) };

  it("of two calls with one scope are updated by one after the other", () => {
    const builder = createBuilder("test");
    const real = builder.input("real", [2, 1]);
    const fake = builder.input("fake", [2, 1]);
    lowerInto(builder, networks, [real], { scope: "d" });
    const { updates } = lowerInto(builder, networks, [fake], { scope: "d" });
    builder.output("mean", updates.get("d/0_batchnorm/mean")!);
    const { mean } = evaluate(builder.build(), {
      ...given,
      "d/0_batchnorm/mean": tensor([1], [16]),
      real: tensor([2, 1], [3, 5]),
      fake: tensor([2, 1], [9, 11]),
    });
    // (16 / 2 + 4 / 2) / 2 + 10 / 2
    expect(mean!.data[0]).toBe(10);
  });

  it("are not updated when drawing, and drawing reads them as they were stored", () => {
    const builder = createBuilder("test");
    const x = builder.input("x", [2, 1]);
    lowerInto(builder, networks, [x], { scope: "d" });
    const drawn = lowerInto(builder, networks, [x], { scope: "d", mode: "draw" });
    expect(drawn.updates.size).toBe(0);
    builder.output("drawn", drawn.output);
    const results = evaluate(builder.build(), {
      ...given,
      "d/0_batchnorm/mean": tensor([1], [3]),
      x: tensor([2, 1], [3, 5]),
    });
    expect(results.drawn!.data[0]).toBe(0);
    expect(results.drawn!.data[1]).toBeCloseTo(2, 4);
  });
});

describe("noise", () => {
  it("is drawn afresh by every call", () => {
    const networks = networksOf("network f(x) { dropout(x) }");
    const builder = createBuilder("test");
    const x = builder.input("x", [1, 2]);
    const feeds = [1, 2, 3].map(() => Object.keys(lowerInto(builder, networks, [x], { scope: "d" }).feeds));
    expect(feeds).toEqual([["d/0_dropout/mask"], ["d/0_dropout/mask_2"], ["d/0_dropout/mask_3"]]);
  });
});

describe("origins", () => {
  it("are the spans of the layers", () => {
    const text = "network f(x) { x |> dense(4) |> relu }";
    const { builder } = lowerText(text, [[1, 2]]);
    const at = (op: string) => {
      const origin = builder.nodes.find((node) => node.op === op)!.origin!;
      expect(origin.source).toBe("test.causal");
      return text.slice(origin.start, origin.end);
    };
    expect(at("matmul")).toBe("dense(4)");
    expect(at("relu")).toBe("relu");
  });
});

describe("an unchecked network", () => {
  it("is an internal error", () => {
    expect(() => lowerText("network f(x) { dense(x) }", [[1, 2]])).toThrow(
      "internal: a network that was not checked is lowered: `dense` needs `units`",
    );
    expect(() => lowerText("network f(x) { foo(x) }", [[1, 2]])).toThrow("internal: there is no layer or network foo");
    expect(() => lowerText("network f(x) { relu(y) }", [[1, 2]])).toThrow("internal: there is no tensor y");
  });
});
