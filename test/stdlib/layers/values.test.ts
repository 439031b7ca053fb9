/** What layers compute, against numbers worked out by hand or by plain loops. */
import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "#runtime/tensor";
import { lowerText, randomTensor, runText } from "./lowering.ts";

const network = (body: string, inputs = "x") => `network test(${inputs}) { ${body} }`;

function close(actual: Tensor | undefined, expected: readonly number[], digits = 5): void {
  expect(actual).toBeDefined();
  expect(actual!.data).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual!.data[i]).toBeCloseTo(value, digits);
}

/** The numbers of channel c, over all examples (or of one example). */
function channel({ shape: [n, c, h, w], data }: Tensor, which: number, example?: number): number[] {
  const pixels = h! * w!;
  return Array.from({ length: n! }, (_, i) => i)
    .filter((i) => example === undefined || i === example)
    .flatMap((i) => [...data.subarray((i * c! + which) * pixels, (i * c! + which + 1) * pixels)]);
}

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}

describe("dense", () => {
  const x = tensor([1, 2], [3, 5]);
  const state = {
    "net/0_dense/weights": tensor([2, 3], [1, 2, 3, 10, 20, 30]),
    "net/0_dense/bias": tensor([3], [1, 0, -1]),
  };

  it("is x W + b", () => {
    close(runText(network("dense(x, 3)"), { x }, { state }).result, [54, 106, 158]);
  });

  it("leaves the bias out on request", () => {
    close(runText(network("dense(x, 3, bias = false)"), { x }, { state }).result, [53, 106, 159]);
    const { lowering } = lowerText(network("dense(x, 3, bias = false)"), [x.shape]);
    expect(lowering.state.map((entry) => entry.name)).toEqual(["net/0_dense/weights"]);
  });

  it("starts its weights as it is told", () => {
    const init = (rest: string) => lowerText(network(`dense(x, 3${rest})`), [x.shape]).lowering.state[0]!.init;
    expect(init("")).toEqual({ kind: "glorotUniform", fanIn: 2, fanOut: 3 });
    expect(init(', init = "he"')).toEqual({ kind: "heNormal", fanIn: 2 });
    expect(init(', init = "normal"')).toEqual({ kind: "normal", mean: 0, std: 0.02 });
    expect(init(', init = "truncated", std = 0.1')).toEqual({ kind: "truncatedNormal", std: 0.1 });
  });
});

describe("convolutions on one row of pixels", () => {
  const powers = [1, 10, 100, 1000, 10000];

  it("conv pads as TensorFlow: one zero before and two after four pixels", () => {
    // the row of pixels meets the middle row of the kernel; the others lie on zeros
    const kernel = [7, 7, 1, 7, 7].flatMap((factor) => powers.map((power) => factor * power));
    const state = { "net/0_conv/weights": tensor([1, 1, 5, 5], kernel) };
    const x = tensor([1, 1, 1, 4], [1, 2, 3, 4]);
    const { result } = runText(network("conv(x, 1, kernel = 5, stride = 2)"), { x }, { state });
    expect(result!.shape).toEqual([1, 1, 1, 2]);
    close(result, [43210, 432]);
  });

  it("valid conv stays inside", () => {
    const state = { "net/0_conv/weights": tensor([1, 1, 1, 1], [2]), "net/0_conv/bias": tensor([1, 1, 1], [1]) };
    const x = tensor([1, 1, 1, 5], [1, 2, 3, 4, 5]);
    close(
      runText(network('conv(x, 1, kernel = 1, stride = 2, padding = "valid")'), { x }, { state }).result,
      [3, 7, 11],
    );
  });

  it("deconv is the transpose of that conv", () => {
    // one row becomes two, which meet the rows 1 and 2 of the kernel
    const kernel = [7, 1, 2, 7, 7].flatMap((factor) => powers.map((power) => factor * power));
    const state = { "net/0_deconv/weights": tensor([1, 1, 5, 5], kernel) };
    const x = tensor([1, 1, 1, 2], [1, 2]);
    const { result } = runText(network("deconv(x, 1)"), { x }, { state });
    expect(result!.shape).toEqual([1, 1, 2, 4]);
    close(result, [10, 102, 1020, 10200, 20, 204, 2040, 20400]);
  });

  it("deconv leaves zeros where its window is smaller than its stride", () => {
    const state = { "net/0_deconv/weights": tensor([1, 1, 1, 1], [3]) };
    const x = tensor([1, 1, 1, 2], [1, 2]);
    close(runText(network("deconv(x, 1, kernel = 1)"), { x }, { state }).result, [3, 0, 6, 0, 0, 0, 0, 0]);
  });
});

describe("batchnorm", () => {
  const x = randomTensor([4, 3, 2, 5], "batchnorm");
  const text = network("batchnorm(x)");

  it("normalises each channel over the batch while training", () => {
    const { result } = runText(text, { x });
    for (const c of [0, 1, 2]) {
      const { mean, variance } = moments(channel(result!, c));
      expect(mean).toBeCloseTo(0, 5);
      expect(variance).toBeCloseTo(1, 3);
    }
  });

  it("scales and shifts", () => {
    const state = {
      "net/0_batchnorm/scale": tensor([3, 1, 1], [1, 2, 3]),
      "net/0_batchnorm/shift": tensor([3, 1, 1], [0, 10, 20]),
    };
    const { result } = runText(text, { x }, { state });
    const { mean, variance } = moments(channel(result!, 2));
    expect(mean).toBeCloseTo(20, 4);
    expect(variance).toBeCloseTo(9, 2);
  });

  it("follows mean and variance of the batches", () => {
    const state = { "net/0_batchnorm/mean": tensor([3, 1, 1], [1, 1, 1]) };
    const results = runText(text, { x }, { state });
    const expected = [0, 1, 2].map((c) => moments(channel(x, c)));
    close(
      results["net/0_batchnorm/mean"],
      expected.map(({ mean }) => 0.9 + 0.1 * mean),
    );
    close(
      results["net/0_batchnorm/variance"],
      expected.map(({ variance }) => 0.9 + 0.1 * variance),
    );
  });

  it("draws with stored statistics, so that an example does not depend on its batch", () => {
    const state = {
      "net/0_batchnorm/mean": tensor([3, 1, 1], [0.5, -1, 0]),
      "net/0_batchnorm/variance": tensor([3, 1, 1], [4, 1, 0.25]),
    };
    const all = runText(text, { x }, { state, mode: "draw" });
    const alone = runText(text, { x: tensor([1, 3, 2, 5], x.data.slice(0, 30)) }, { state, mode: "draw" });
    expect([...alone.result!.data]).toEqual([...all.result!.data.slice(0, 30)]);
    expect(all.result!.data[0]).toBeCloseTo((x.data[0]! - 0.5) / Math.sqrt(4 + 1e-5), 5);
    expect(Object.keys(all)).toEqual(["result"]);
  });

  it("normalises the features of vectors", () => {
    const v = randomTensor([50, 2], "vectors");
    const { data } = runText(text, { x: v }).result!;
    const second = moments([...data].filter((_, i) => i % 2 === 1));
    expect(second.mean).toBeCloseTo(0, 5);
    expect(second.variance).toBeCloseTo(1, 3);
  });
});

describe("instancenorm", () => {
  it("normalises each channel of each example", () => {
    const x = randomTensor([2, 2, 3, 3], "instancenorm");
    const { result } = runText(network("instancenorm(x)"), { x }, { mode: "draw" });
    for (const example of [0, 1]) {
      const { mean, variance } = moments(channel(result!, 1, example));
      expect(mean).toBeCloseTo(0, 5);
      expect(variance).toBeCloseTo(1, 3);
    }
  });
});

describe("activations", () => {
  const x = tensor([1, 3], [-2, 0, 3]);
  it.each([
    ["relu(x)", [0, 0, 3]],
    ["lrelu(x)", [-0.4, 0, 3]],
    ["lrelu(x, slope = 0.5)", [-1, 0, 3]],
    ["elu(x)", [Math.exp(-2) - 1, 0, 3]],
    ["tanh(x)", [Math.tanh(-2), 0, Math.tanh(3)]],
    ["sigmoid(x)", [1 / (1 + Math.exp(2)), 0.5, 1 / (1 + Math.exp(-3))]],
    ["softplus(x)", [Math.log1p(Math.exp(-2)), Math.LN2, 3 + Math.log1p(Math.exp(-3))]],
    ["scale(x, -0.5)", [1, 0, -1.5]],
  ])("%s", (body, expected) => close(runText(network(body), { x }).result, expected));
});

describe("shapes", () => {
  it("reshape undoes flatten", () => {
    const x = randomTensor([2, 3, 4, 5], "reshape");
    const { result } = runText(network("x |> flatten |> reshape(4, 5, 3)"), { x });
    expect(result!.shape).toEqual(x.shape);
    expect([...result!.data]).toEqual([...x.data]);
  });

  it("concat tiles a vector over a map", () => {
    const inputs = { v: tensor([1, 2], [8, 9]), x: tensor([1, 1, 1, 2], [1, 2]) };
    const { result } = runText(network("concat(v, x)", "v, x"), inputs);
    expect(result!.shape).toEqual([1, 3, 1, 2]);
    close(result, [8, 8, 9, 9, 1, 2]);
  });

  it("upsample repeats pixels and avgpool takes them back", () => {
    const x = tensor([1, 1, 1, 2], [1, 2]);
    close(runText(network("upsample(x)"), { x }).result, [1, 1, 2, 2, 1, 1, 2, 2]);
    close(runText(network("x |> upsample(3) |> avgpool(3)"), { x }).result, [1, 2]);
    close(runText(network("avgpool(x)"), { x: tensor([1, 1, 2, 2], [1, 2, 3, 6]) }).result, [3]);
  });

  it("add is a residual connection", () => {
    close(runText(network("let h := relu(x) add(h, x)"), { x: tensor([1, 2], [-1, 2]) }).result, [-1, 4]);
  });
});

describe("noise", () => {
  const x = tensor([1, 4], [1, 2, 3, 4]);

  it("dropout keeps what its mask says, scaled up, and feeds the mask", () => {
    const noise = { "net/0_dropout/mask": tensor([1, 4], [0.1, 0.3, 0.24, 0.9]) };
    close(runText(network("dropout(x, rate = 0.25)"), { x }, { noise }).result, [0, 8 / 3, 0, 16 / 3]);
    const { lowering } = lowerText(network("dropout(x, rate = 0.25)"), [x.shape]);
    expect(lowering.feeds).toEqual({ "net/0_dropout/mask": { kind: "uniform", low: 0, high: 1 } });
  });

  it("gaussian_noise adds scaled normal numbers", () => {
    const noise = { "net/0_gaussian_noise/noise": tensor([1, 4], [1, -1, 0, 2]) };
    close(runText(network("gaussian_noise(x, std = 0.5)"), { x }, { noise }).result, [1.5, 1.5, 3, 5]);
  });

  it("is absent when drawing", () => {
    const { lowering, inputs } = lowerText(network("x |> dropout(0.5) |> gaussian_noise(1)"), [x.shape], {
      mode: "draw",
    });
    expect(lowering.output).toBe(inputs[0]);
    expect(lowering.feeds).toEqual({});
  });
});

describe("minibatch_features", () => {
  const [batch, n, kernels, dims] = [4, 3, 2, 5];
  const x = randomTensor([batch, n], "x");
  const weights = randomTensor([n, kernels * dims], "weights");
  const state = { "net/0_minibatch_features/weights": weights };
  const text = network(`minibatch_features(x, kernels = ${kernels}, dims = ${dims})`);

  /** Salimans et al. 2016, section 3.2, by loops. */
  const expected = Array.from({ length: batch * kernels }, (_, at) => {
    const row = (example: number, j: number) =>
      Array.from({ length: n }, (_, k) => x.data[example * n + k]! * weights.data[k * kernels * dims + j]!).reduce(
        (a, b) => a + b,
      );
    const [i, k] = [Math.floor(at / kernels), at % kernels];
    let sum = 0;
    for (let j = 0; j < batch; j++) {
      if (j === i) continue;
      let distance = 0;
      for (let d = k * dims; d < (k + 1) * dims; d++) distance += Math.abs(row(i, d) - row(j, d));
      sum += Math.exp(-distance);
    }
    return sum / (batch - 1);
  });

  it("is the mean closeness to the rest of the batch", () => {
    const results = runText(text, { x }, { state });
    close(results.result, expected, 6);
    const mean = (k: number) => expected.filter((_, at) => at % kernels === k).reduce((a, b) => a + b) / batch;
    close(results["net/0_minibatch_features/mean"], [0.1 * mean(0), 0.1 * mean(1)], 6);
  });

  it("is the stored mean when drawing", () => {
    const stored = { "net/0_minibatch_features/mean": tensor([2], [0.25, 0.5]) };
    close(runText(text, { x }, { state: stored, mode: "draw" }).result, [0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5]);
  });

  it("is 0 for an example without company", () => {
    close(runText(text, { x: tensor([1, n], x.data.slice(0, n)) }, { state }).result, [0, 0]);
  });
});
