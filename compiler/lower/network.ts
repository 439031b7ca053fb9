/**
 * Lowers a `network` to tensor operations: walks its body, computes its constants, and lets each layer append its
 * operations to a builder. Names of state are made here; which states are trained, and how, is up to the regimes.
 */
import type { Argument, CallExpr, Expr, NetworkDecl } from "#lang/syntax/ast";
import { checkArguments } from "#lang/types/check-arguments";
import { evaluateConstant } from "#lang/types/check-constant";
import type { CheckContext } from "#lang/types/check-context";
import type { Callee } from "#lang/types/check-match";
import { completeConstants, constantsScope, type NetworkConstants } from "#lang/types/check-reference";
import type { Constant, Constants } from "#lang/types/signature";
import type { Feed, Initialiser, StateEntry, StateRole } from "#runtime/program/plan";
import { type Shape, sameShape } from "#runtime/tensor";
import type { Builder, Value } from "../tensor/build.ts";
import type { LayerContext, NetworkLowering, Vocabulary } from "../vocabulary.ts";

export interface LoweringOptions {
  /** prefix of the names of the state; calls with one scope share it */
  readonly scope: string;
  readonly mode: "train" | "draw";
  readonly vocabulary: Vocabulary;
  /** the networks that may be called, by name */
  readonly networks: ReadonlyMap<string, NetworkDecl>;
}

/**
 * Appends a network to the program under construction. Inputs are vectors [N, n] or maps [N, C, H, W]; constants that
 * are not in `args` take the defaults of the declaration.
 *
 * State is named `${scope}/${place}_${layer}/${name}`, `place` being the number of calls before it in the body, so that
 * names depend on the text alone. A second call with the same scope in the same builder shares the state; statistics
 * are then updated by one call after the other, and the updates of the last call hold the final values.
 */
export function lowerNetwork(
  builder: Builder,
  decl: NetworkDecl,
  args: Constants,
  inputs: readonly Value[],
  options: LoweringOptions,
): NetworkLowering {
  const run: Run = {
    ...options,
    builder,
    registry: registryOf(builder),
    context: trustingContext(options),
    state: new Map(),
    updates: new Map(),
    feeds: {},
  };
  const output = lowerBody(run, decl, constantsOf(run, decl, args), inputs, options.scope);
  return { output, state: [...run.state.values()], updates: run.updates, feeds: run.feeds };
}

/** What one builder holds already: shared by all calls of networks in it. */
interface Registry {
  /** program inputs by the name of their state */
  readonly inputs: Map<string, Value>;
  /** the newest value of each statistic */
  readonly latest: Map<string, Value>;
  /** names of random inputs */
  readonly noises: Set<string>;
}

// a builder belongs to one program, so its registry lives as long as it does
const registries = new WeakMap<Builder, Registry>();

function registryOf(builder: Builder): Registry {
  const registry = registries.get(builder) ?? { inputs: new Map(), latest: new Map(), noises: new Set() };
  registries.set(builder, registry);
  return registry;
}

interface Run extends LoweringOptions {
  readonly builder: Builder;
  readonly registry: Registry;
  readonly context: CheckContext;
  readonly state: Map<string, StateEntry>;
  readonly updates: Map<string, Value>;
  readonly feeds: Record<string, Feed>;
}

/** Arguments are matched and evaluated as in checking, but only checked programs are lowered. */
function trustingContext({ vocabulary, networks }: LoweringOptions): CheckContext {
  return {
    signatures: vocabulary,
    declarations: { models: new Map(), networks, data: new Map() },
    report: (diagnostic) => {
      throw new Error(`internal: a network that was not checked is lowered: ${diagnostic.message}`);
    },
  };
}

/** The constants of a network: those given, then defaults in the order of declaration, which may use the ones before. */
function constantsOf(run: Run, decl: NetworkDecl, args: Constants): NetworkConstants {
  const names = new Set(decl.parameters.map((parameter) => parameter.name.text));
  const stranger = Object.keys(args).find((name) => !names.has(name));
  if (stranger !== undefined) throw new Error(`internal: network ${decl.name.text} has no constant ${stranger}`);
  const constants = new Map<string, Constant>();
  for (const { name, value } of decl.parameters) {
    const given = args[name.text] ?? null;
    const constant =
      given ?? (value === null ? undefined : evaluateConstant(run.context, value, constantsScope(decl, constants)));
    if (constant === undefined) throw new Error(`internal: network ${decl.name.text} needs ${name.text}`);
    constants.set(name.text, constant);
  }
  return constants;
}

function lowerBody(
  run: Run,
  decl: NetworkDecl,
  constants: NetworkConstants,
  inputs: readonly Value[],
  path: string,
): Value {
  if (inputs.length !== decl.inputs.length) {
    throw new Error(`internal: network ${decl.name.text} gets ${inputs.length} of ${decl.inputs.length} tensors`);
  }
  const tensors = new Map(decl.inputs.map((name, i) => [name.text, inputs[i]!]));
  const scope = constantsScope(decl, constants);
  let place = 0;

  function lower(expr: Expr): Value {
    switch (expr.kind) {
      case "name": {
        const value = tensors.get(expr.name.text);
        if (value === undefined) throw new Error(`internal: there is no tensor ${expr.name.text}`);
        return value;
      }
      case "call":
        return call(expr, []);
      case "pipe":
        return call(expr.right, [lower(expr.left)]);
      case "if":
        return lower(evaluateConstant(run.context, expr.test, scope) === true ? expr.then : expr.else);
      default:
        throw new Error(`internal: a tensor cannot be an expression of kind ${expr.kind}`);
    }
  }

  function call({ callee, args, span }: CallExpr, piped: readonly Value[]): Value {
    const layer = run.vocabulary.layers.get(callee.text);
    const network = run.networks.get(callee.text);
    const expected = network?.inputs.length ?? layer?.inputs ?? Number.POSITIVE_INFINITY;
    const [operands, rest] = splitArguments(args, expected - piped.length);
    const values = [...piped, ...operands.map((arg) => lower(arg.value))];
    const inner = `${path}/${place++}_${callee.text}`;
    const called: Callee = { name: callee.text, span, word: "argument" };
    if (network !== undefined) {
      const given = completeConstants(run.context, network, called, rest, scope);
      return lowerBody(run, network, given.constants, values, inner);
    }
    if (layer === undefined) throw new Error(`internal: there is no layer or network ${callee.text}`);
    const completed = checkArguments(run.context, called, layer.parameters, rest, scope).values;
    return run.builder.at(span, () => layer.lower(layerContext(run, inner), values, completed));
  }

  for (const { name, value } of decl.bindings) tensors.set(name.text, lower(value));
  return lower(decl.body);
}

/** The first `count` arguments by place are tensors; the rest are constants. */
function splitArguments(args: readonly Argument[], count: number): readonly [readonly Argument[], readonly Argument[]] {
  const byPlace = args.findIndex((arg) => arg.name !== null);
  const end = Math.min(byPlace === -1 ? args.length : byPlace, count);
  return [args.slice(0, end), args.slice(end)];
}

/** What a layer sees: the builder, and its own state under short names. */
function layerContext(run: Run, path: string): LayerContext {
  const { builder, mode, registry } = run;
  const entry = (name: string, role: StateRole, shape: Shape, init: Initialiser): Value => {
    const key = `${path}/${name}`;
    const known = registry.inputs.get(key);
    if (known !== undefined && !sameShape(known.shape, shape)) {
      throw new Error(`internal: ${key} is shared by networks that need different shapes`);
    }
    const value = known ?? builder.input(key, shape);
    registry.inputs.set(key, value);
    run.state.set(key, { name: key, shape, role, init });
    return value;
  };
  return {
    builder,
    mode,
    parameter: (name, shape, init) => entry(name, "parameter", shape, init),
    statistic(name, shape, init) {
      const stored = entry(name, "statistic", shape, init);
      return (mode === "train" ? registry.latest.get(`${path}/${name}`) : undefined) ?? stored;
    },
    update(name, value) {
      if (mode === "draw") return;
      registry.latest.set(`${path}/${name}`, value);
      run.updates.set(`${path}/${name}`, value);
    },
    noise(name, shape, feed) {
      // a second call of the network draws noise of its own
      let key = `${path}/${name}`;
      for (let call = 2; registry.noises.has(key); call++) key = `${path}/${name}_${call}`;
      registry.noises.add(key);
      run.feeds[key] = feed;
      return builder.input(key, shape);
    },
  };
}
