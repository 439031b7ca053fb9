/** What Tab offers: commands and statements, names of models and nodes, states behind `X =`. A pure function of the line. */
import { printName } from "#compiler/causal/print-expression";
import { statesOf } from "#lang/types/type";
import type { CausalNode } from "#compiler/causal/model";
import { sessionCommands, stages } from "./commands.ts";
import type { Session } from "./session.ts";

const statements = ["model", "network", "data", "train", "query", "draw", "test", "import"];
const questions = ["P(", "E[", "do(", "observe("];
const members = ["sample", "let", "noise", "latent", "image", "param", "plate", "graph"];

/**
 * Candidates for the word at the end of `line` (the text up to the cursor), and that word. `before` are the lines of an
 * unfinished statement above it.
 */
export function complete(line: string, session: Session, before = ""): [candidates: string[], word: string] {
  const inQuotes = line.split("`").length % 2 === 0;
  const word = inQuotes ? line.slice(line.lastIndexOf("`")) : (elementAt(line, session) ?? /\w*$/.exec(line)![0]);
  const head = `${before}${line.slice(0, line.length - word.length)}`;
  const candidates = candidatesAfter(head, session);
  return [candidates.filter((candidate) => candidate.startsWith(word) && candidate !== word), word];
}

/** `X[` or `X[1` at the end of the line, where X is a family of nodes: the index is part of the name. */
function elementAt(line: string, { run, model }: Session): string | null {
  const found = /(\w+)\[[\w,]*$/.exec(line);
  const nodes = model === null ? [] : (run.worlds.get(model)?.model.nodes ?? []);
  return found !== null && nodes.some(({ name }) => name.startsWith(`${found[1]}[`)) ? found[0] : null;
}

function candidatesAfter(head: string, session: Session): readonly string[] {
  const { run, model, known } = session;
  const { program, vocabulary } = run.project;
  const nodes = model === null ? [] : (run.worlds.get(model)?.model.nodes ?? []);
  const names = nodes.map((node) => printName(node.name));
  const models = [...run.worlds.keys()].map(printName);
  const factors = nodes.filter((node) => node.type.kind !== "image").map((node) => printName(node.name));

  if (/^\s*$/.test(head))
    return [...questions, ...statements, ...sessionCommands.map(({ name }) => name), ...known.keys()];
  if (/^\s*show\s+$/.test(head)) return stages;
  if (/^\s*show\s+(program|plan)\s+$/.test(head) || /^\s*train\s+$/.test(head)) {
    const parts = program.trains.map((train) => `${train.model}.${train.part}`);
    return /train/.test(head) ? [...models.map((name) => `${name}.`), "into"] : parts;
  }
  const part = /^\s*train\s+([\w`]+)\.$/.exec(head);
  if (part !== null) return ["labels", ...imagesOf(session, part[1]!)];
  if (/^\s*train\s+\S+\s+$/.test(head)) return ["with"];
  if (/\bwith\s+$/.test(head)) return [...vocabulary.regimes.keys()];
  if (/\bdata\s*=\s*$/.test(head)) return [...program.data.keys()].map(printName);
  if (/^\s*data\s+\w+\s*=\s*$/.test(head)) return [...vocabulary.datasets.keys()];
  if (/^\s*use\s+$/.test(head) || /[)\]]\s+in\s+$/.test(head)) return models;
  if (/^\s*graph\s+$/.test(head)) return ["dot"];
  if (/^\s*draw\s+$/.test(head)) return [];
  if (/^\s*draw\s+\d+\s+([^|]*,\s*)?$/.test(head)) return names;
  if (/^\s*model\b/.test(head)) return /[{\n]\s*$/.test(head) ? members : [];
  if (/^\s*(network|import)\b/.test(head)) return [];

  const states = statesBehind(head, nodes);
  if (states !== null) return states;
  if (/[|]\s*([^()]|\([^()]*\))*,?\s*$/.test(head) && !insideAction(head)) return ["do(", "observe(", ...factors];
  if (/[([,]\s*$/.test(head)) return factors;
  return [...questions.slice(0, 2), ...known.keys(), ...(/\bobserve\(|\bdo\(/.test(head) ? [] : ["do(", "observe("])];
}

/** The states of the node whose value is to come: `X = `, `X != `, `X in {a, `, `X ~ {`. */
function statesBehind(head: string, nodes: readonly CausalNode[]): readonly string[] | null {
  const found = /(`[^`]+`|\w+(?:\[[\w,]*\])?)\s*(?:==?|!=|(?:in|~)\s*\{[^{}]*[{,]?)\s*$/.exec(head);
  const name = found?.[1]?.replaceAll("`", "");
  const node = nodes.find((other) => other.name === name);
  return node === undefined ? null : (statesOf(node.type) ?? []).map(printName);
}

/** Whether the end of the text is inside `do(` or `observe(`. */
function insideAction(head: string): boolean {
  return /\b(do|observe)\([^()]*$/.test(head);
}

function imagesOf({ run }: Session, model: string): readonly string[] {
  const nodes = run.worlds.get(model.replaceAll("`", ""))?.model.nodes ?? [];
  // those that are computed from others are not trained
  const learned = nodes.filter(({ type, mechanism }) => type.kind === "image" && mechanism.kind === "learned");
  return learned.map((node) => printName(node.name));
}
