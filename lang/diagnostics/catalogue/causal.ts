/** C5xx: what do, observe and counterfactuals may say. */
import { entry } from "../entry.ts";

export const causal = {
  C501: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is set twice by do()`,
    label: () => "second intervention on the same variable",
    help: () => "keep one of them",
    explanation: "An intervention replaces the mechanism of a variable; one query can replace it only once.",
  }),
  C502: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`do(...)\` stands beside the counterfactual variable \`${name}[...]\``,
    label: () => "an intervention on every world",
    help: ({ name }) => `write what is done as a subscript: \`${name}[X = ...]\``,
    explanation:
      "A query is on one rung. `do(...)` asks about a changed world alone; `Y[X = x]` asks what would have been in the world that was observed. A subscript says everything that `do` says.",
  }),
  C503: entry<{ name: string; type: string; source: string; found: string }>({
    severity: "error",
    message: ({ name, type, source, found }) =>
      `\`${name}\` is \`${type}\` and cannot be set to the value of \`${source}\`, which is \`${found}\``,
    label: () => "another type",
    help: ({ name }) => `set it to a value of its own: \`${name} = ${name}[...]\``,
    explanation:
      "A nested counterfactual gives a variable the value that a variable of the same type has in another world.",
  }),
  C504: entry<{ effect: string; name: string; type: string }>({
    severity: "error",
    message: ({ effect, name, type }) => `\`${effect}\` cannot be about \`${name}\` itself, which is \`${type}\``,
    label: () => "no event",
    help: ({ effect, name }) => `name an event: \`${effect}(${name} = ...; ...)\``,
    explanation:
      "Effects compare probabilities of an event or means of numbers. States without order have no mean, and PN, PS and PNS are about an event that happens or not.",
  }),
  C505: entry<{ effect: string; need: string; example: string }>({
    severity: "error",
    message: ({ effect, need }) => `\`${effect}\` needs ${need}`,
    label: () => "incomplete",
    help: ({ example }) => `write \`${example}\``,
    explanation:
      "CATE is the average effect among those for whom a condition holds; CDE is the effect while other variables are held fixed by `do(...)`.",
  }),
  C506: entry<{ name: string; found: string }>({
    severity: "error",
    message: ({ name, found }) => `\`${found}\` is no coupling for \`${name}\``,
    label: () => "`monotone`, `gumbel` or `independent`",
    help: () => "write `{ coupling = monotone }`, `{ coupling = gumbel }` or `{ coupling = independent }`",
    explanation:
      "A table says how likely each state is, not which state the same individual would have under other parents. `monotone`: one uniform number, compared with the cumulated probabilities in the order of the states. `gumbel`: the largest of log-probability plus Gumbel noise. `independent`: every row of the table has its own noise.",
  }),
  C507: entry<{ name: string; source: string }>({
    severity: "error",
    message: ({ name, source }) => `\`do(${name} = ${source})\` needs a value, but \`${source}\` is a node`,
    label: () => "differs from draw to draw",
    help: ({ name, source }) => `a policy, which reads other nodes, is written \`do(${name} := ${source})\``,
    explanation:
      "`do(X = 1)` sets X to one value for all. `do(X := Z)` gives X a new mechanism that reads Z; Z may not be an effect of X.",
  }),
  C508: entry<{ name: string; families: readonly string[] }>({
    severity: "error",
    message: ({ name, families }) =>
      `the branches draw \`${name}\` from ${families.map((f) => `\`${f}\``).join(" and ")}`,
    label: () => "different families",
    help: () =>
      "let the arguments of one family depend: `Normal(if Z then 0 else 1, 1)`; or draw both in the model and choose between them by `:=`",
    explanation:
      "A stochastic intervention gives a continuous node one family of distributions, whose arguments may read other nodes.",
  }),
  C509: entry<{ name: string; path: readonly string[] }>({
    severity: "error",
    message: ({ name, path }) =>
      `the intervention on \`${name}\` reads \`${path.at(-2)}\`, which \`${name}\` influences`,
    label: ({ path }) => path.join(" -> "),
    help: ({ name }) => `read only what comes before \`${name}\`, or the natural value of \`${name}\` itself`,
    explanation:
      "A policy `do(X := e)` or `do(X ~ D)` becomes the mechanism of X. If it read an effect of X, X would be a cause of itself. What X would have been without the intervention is read as `X`: `do(X := X / 2)`.",
  }),
  C512: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) =>
      `\`${name} ~ {...}\` says what is known of \`${name}\`; it is no event that has a probability`,
    label: () => "soft evidence",
    help: ({ name }) =>
      `put it behind the bar: \`P(... | ${name} ~ {...})\`; the distribution itself is \`P(${name})\``,
    explanation:
      "Soft evidence changes the distribution of a node, and of all that depends on it, to a given one (Jeffrey's rule).",
  }),
  C515: entry<{ effect: string }>({
    severity: "error",
    message: ({ effect }) => `the outcome of \`${effect}\` must be one node or an event of one node`,
    label: () => "reads several nodes",
    help: () => "declare it in the model, `let Outcome := ...`, and ask about `Outcome`",
    explanation: "An effect looks at its outcome in several worlds, each with its own value of the treatment.",
  }),
  C516: entry<{ findings: readonly string[]; why: string }>({
    severity: "error",
    message: ({ findings, why }) => `${findings.map((f) => `\`${f}\``).join(" and ")} cannot be: ${why}`,
    label: () => "no such distribution",
    help: () => "give states that cannot happen the probability 0, or drop one of the findings",
    explanation:
      "Soft evidence gives a node a new distribution and keeps everything else as it is given the node (Jeffrey's rule). That needs states that are possible; several findings must be possible together. They are fitted in turn until all of them hold (iterative proportional fitting).",
  }),
  C517: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) =>
      `what \`${name}\` would be in each of these worlds cannot be drawn: its table does not say how they hang together`,
    label: () => "differs between the worlds",
    help: ({ name }) =>
      `declare it: \`{ coupling = monotone }\` behind the mechanism of \`${name}\` (or \`gumbel\`, \`independent\`), or write \`${name}\` as an equation with its own \`noise\``,
    explanation:
      "A table says how likely each state is, not which state the same individual would have under other parents. A probability then has bounds; a sample needs one answer, which a declared coupling gives.",
  }),
  C518: entry<Record<string, never>>({
    severity: "error",
    message: () => "a question of identification is about nodes and their values",
    label: () => "neither `X` nor `X = value`",
    help: () =>
      "ask `identify P(Y = y | do(X = x), Z = z)`; what follows for policies and other events is computed from such answers",
    explanation:
      "The algorithms ID and IDC find estimands of P(Y | do(X), Z) for sets of nodes; values are put in at the end.",
  }),
  C519: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `soft evidence on \`${name}\` stands beside a condition on another world`,
    label: () => "its weight depends on how the worlds hang together",
    help: () =>
      "condition on the factual world only, or write the nodes that the worlds compare as equations with their own `noise`",
    explanation:
      "Jeffrey's rule weighs each state by its new over its old probability given all other conditions. Where those have bounds only, so has the weight.",
  }),
  C520: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `it is not known what \`${name}\` would have been in another world`,
    label: () => "a continuous distribution that is compared between worlds",
    help: ({ name }) => `write \`${name}\` as an equation with its own \`noise\`: \`let ${name} := ... + U\``,
    explanation:
      "A distribution does not say which value the same noise gives under other parents. For discrete nodes bounds are computed; a continuous one needs explicit noise.",
  }),
  C522: entry<{ entries: number }>({
    severity: "error",
    message: ({ entries }) => `comparing the worlds of this query needs a table of about ${entries} entries`,
    label: () => "too large",
    help: () =>
      "declare a coupling where one is known (`{ coupling = monotone }`), ask about fewer worlds, or condition on nodes that part the model",
    explanation:
      "Without a coupling, a counterfactual is bounded by a linear program over all ways in which nodes may respond to their parents. Their number grows exponentially with the parents that differ between worlds. Where there are too many, bounds are computed that hold but need not be attained; this says that not even one world fits.",
  }),
  C523: entry<{ name: string; continuous: string }>({
    severity: "error",
    message: ({ name, continuous }) =>
      `\`${name}\` is compared between worlds, which needs finitely many states, but \`${continuous}\` is continuous`,
    label: () => "no bounds with continuous nodes",
    help: ({ name }) => `write \`${name}\` as an equation with its own \`noise\``,
    explanation:
      "Bounds and couplings of counterfactuals are computed over finitely many states. With explicit noise for each node that the worlds compare, the query is answered in continuous models too.",
  }),
  C510: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`do(${name})\` does not say what \`${name}\` is set to`,
    label: () => "no value",
    help: ({ name }) => `write \`do(${name} = ...)\``,
    explanation:
      "An intervention sets a variable to a value, `do(X = 1)`, draws it, `do(X ~ {a: 0.5, b: 0.5})`, or computes it, `do(X := X / 2)`. In a probability, a mean or an effect a bare `do(X)` asks about every state of a discrete X in turn; a continuous node, a drawing and the context of a session need a value.",
  }),
  C511: entry<{ name: string; verb: string }>({
    severity: "error",
    message: ({ name, verb }) => `\`${name}\` is an image, which cannot be ${verb}`,
    label: () => "an image",
    help: ({ name }) => `draw it: \`draw 16 ${name} | ...\``,
    explanation: "Images are drawn; probabilities, evidence and interventions are about the other nodes.",
  }),
  C513: entry<{ name: string; operator: string; type: string }>({
    severity: "error",
    message: ({ name, operator, type }) => `\`${operator}\` compares numbers, but \`${name}\` is \`${type}\``,
    label: () => "states have no order",
    help: ({ name }) => `write \`${name} = ...\` or \`${name} in {...}\``,
    explanation: "The labels of a type are names without an order, so they can only be equal or different.",
  }),
  C514: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `a number is needed here, but \`${name}\` is a whole distribution`,
    label: () => "one number for each state",
    help: () => "ask for one state: `P(X = ...)`, `| X = ...` or `do(X = ...)`",
    explanation:
      "`P(X)` of a node that is not `bool` has one number for each state, and so has what is asked given such a node (`| X`) or under `do(X)`; arithmetic and comparisons need one.",
  }),
  C530: entry<{ model: string; lacks: string; example: string }>({
    severity: "error",
    message: ({ model, lacks }) => `\`${model}\` is a graph without probabilities: ${lacks}`,
    label: () => "there is no number to compute",
    help: ({ example }) =>
      `\`identify ${example}\` says how this follows from observed data; or give every node a mechanism`,
    explanation:
      "A model in which a node has no mechanism, or `X <-> Y` stands for an unknown common cause, says what causes what and nothing more. Which effects follow from observed data can be asked (`identify`), and so can independence. Mechanisms beside `X <-> Y` do not tell the probabilities either: write the common cause as a node that both read, `latent U ~ Normal(0, 1)`.",
  }),
  C531: entry<{ name: string; role: string }>({
    severity: "error",
    message: ({ name, role }) => `\`${name}\` is ${role} and never observed`,
    label: () => "not observed",
    help: () => "ask about nodes that data have; latent ones stay in the graph and are reckoned with",
    explanation: "Identification expresses an effect by the distribution of the observed nodes.",
  }),
  C532: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` stands twice in one question`,
    label: () => "here again",
    help: () => "name each node once: as outcome, as set by do(), or as a condition",
    explanation: "In `P(Y | do(X), Z)`, and in `independent(Y, X | Z)`, the sets of nodes have nothing in common.",
  }),
  C533: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` has no states, so that it cannot be counted in data`,
    label: () => "not discrete",
    help: ({ name }) => `declare its states, e.g. \`sample ${name} : bool\` or \`sample ${name} : {low, high}\``,
    explanation: "`identify ... from data` counts rows by the states of the nodes that the estimand mentions.",
  }),
  C534: entry<{ query: string; inside: string; arrows: string }>({
    severity: "error",
    message: ({ query }) => `\`${query}\` does not follow from observed data`,
    label: () => "not identifiable",
    help: ({ inside, arrows }) =>
      `in {${inside}} the unobserved causes behind ${arrows} cannot be told from the effect`,
    explanation:
      "Two models of this graph agree on everything that can be observed and differ in this effect (the hedge of Shpitser and Pearl 2006). Observing the hidden causes, an experiment, or a mediator without hidden causes would help.",
  }),
  C535: entry<{ what: string }>({
    severity: "error",
    message: ({ what }) => `whether ${what} are independent cannot be computed exactly`,
    label: () => "not finite, or too large",
    help: () => "compare probabilities with a tolerance instead: `assert P(A | B = ...) == P(A) +- 0.01`",
    explanation:
      "Independence is read off the graph where the graph implies it. Otherwise it is computed from the joint distribution, which is exact for discrete nodes only.",
  }),
  C536: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `no row of \`${name}\` has the values that this needs`,
    label: () => "undefined in these data",
    help: () => "ask about values that occur together with all that is adjusted for, or use more data",
    explanation:
      "An estimand divides by probabilities of conditions; where a condition never occurs in the data, the data say nothing (positivity).",
  }),
  C550: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `the condition on \`${name}\` does not say which values it has`,
    label: () => "no value",
    help: ({ name }) => `write \`${name} = ...\``,
    explanation:
      "A `bool` may stand alone as a condition: `X` means `X = true`. In a probability, a mean or an effect another discrete node may too, and the answer is a table of its states; a continuous node, a drawing and the context of a session need a value.",
  }),
};
