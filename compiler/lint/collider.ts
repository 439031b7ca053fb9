/** C561: a condition that opens a path between treatment and outcome along which nothing is caused. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { ancestorsOf, childrenOf, descendantsOf, nodesByName } from "../causal/graph.ts";
import { type CausalModel, nodeOf } from "../causal/model.ts";
import { intervene } from "../transforms/do.ts";
import { type Question, setNodes } from "./question.ts";

/** One end of a path, and how it was come to: `head`, through an arrow that points at it. */
interface Step {
  readonly node: string;
  readonly head: boolean;
  /** the collider that only the condition opens, once the path has passed one */
  readonly collider: string | null;
  readonly before: Step | null;
}

export function conditionOnCollider(question: Question): readonly Diagnostic[] {
  const { model, seen, imagined, outcomes } = question;
  if (imagined || seen.length === 0) return [];
  const set = setNodes(question);
  const graph = intervene(
    model,
    [...set].map((node) => ({ kind: "set", node, value: 0 })),
  );
  const names = seen.map((event) => event.variable.name.text);
  return seen.flatMap((event) => {
    const name = event.variable.name.text;
    // consequences of what is set are C560; what is set is not seen
    if (descendantsOf(graph, set).has(name)) return [];
    const others = new Set([...set, ...names.filter((other) => other !== name)]);
    for (const treatment of others) {
      for (const outcome of outcomes) {
        if (treatment === outcome || outcome === name || others.has(outcome)) continue;
        const given = new Set([...others].filter((other) => other !== treatment));
        const found = openedPath(graph, treatment, outcome, name, given);
        if (found === null) continue;
        if (!set.has(treatment) && !isAboutInfluence(question, graph, treatment, outcome, name)) continue;
        return [warning(question, event, name, found)];
      }
    }
    return [];
  });
}

/**
 * Whether what is merely seen is asked about like a treatment: because its values are compared, or because it causes the
 * outcome while the condition does not come from the outcome. Else causes are inferred from what they cause, which is
 * what such conditions are for (explaining away).
 */
function isAboutInfluence(
  { compared }: Question,
  graph: CausalModel,
  treatment: string,
  outcome: string,
  condition: string,
): boolean {
  if (compared?.has(treatment) === true) return true;
  return ancestorsOf(graph, [outcome]).has(treatment) && !ancestorsOf(graph, [condition]).has(outcome);
}

function warning({ model }: Question, event: Question["seen"][number], name: string, last: Step): Diagnostic {
  const steps: Step[] = [];
  for (let step: Step | null = last; step !== null; step = step.before) steps.unshift(step);
  const path = steps.map(({ node, head }, i) => (i === 0 ? node : `${head ? "->" : "<-"} ${node}`)).join(" ");
  const at = steps.findIndex(({ node, head }, i) => node === last.collider && head && steps[i + 1]?.head === false);
  const parents = [steps[at - 1]!.node, steps[at + 1]!.node] as const;
  const related = [...new Set([last.collider!, ...parents])].map((node) => ({
    span: nodeOf(model, node).span,
    label: node === last.collider ? "the collider" : `a cause of \`${last.collider}\``,
  }));
  return diagnose("C561", event.span, { name, collider: last.collider!, parents, path: `\`${path}\`` }, { related });
}

/**
 * The shortest active path between the two that runs through a collider which `condition` opens and `given` does not;
 * null where there is none: breadth first over active paths (Pearl 2009, Causality, definition 1.2.3). Nodes that are set
 * are among `given` and have no arrows into them.
 */
function openedPath(
  graph: CausalModel,
  from: string,
  to: string,
  condition: string,
  given: ReadonlySet<string>,
): Step | null {
  const openBefore = ancestorsOf(graph, given);
  const openNow = ancestorsOf(graph, [...given, condition]);
  const nodes = nodesByName(graph);
  const children = childrenOf(graph);
  const known = new Set<string>();
  const waiting: Step[] = [];
  const enter = (step: Step) => {
    const key = `${step.head} ${step.collider !== null} ${step.node}`;
    if (known.has(key)) return;
    known.add(key);
    waiting.push(step);
  };
  const leave = (step: Step, byHead: boolean, byTail: boolean, collider: string | null) => {
    if (byHead) for (const node of nodes.get(step.node)!.parents) enter({ node, head: false, collider, before: step });
    if (!byTail) return;
    for (const node of children.get(step.node)!) enter({ node, head: true, collider: step.collider, before: step });
  };
  leave({ node: from, head: false, collider: null, before: null }, true, true, null);
  for (const step of waiting) {
    if (step.node === to && step.collider !== null) return step;
    if (step.node === from || step.node === to) continue;
    const blocked = given.has(step.node) || step.node === condition;
    const collider = step.collider ?? (openBefore.has(step.node) ? null : step.node);
    if (step.head) leave(step, openNow.has(step.node), !blocked, collider);
    else leave(step, !blocked, !blocked, step.collider);
  }
  return null;
}
