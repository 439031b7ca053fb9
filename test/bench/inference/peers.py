"""
Exact inference by pyAgrum and pgmpy for the benchmark: reads one JSON object a line, answers with one. Times are measured
here, around setting evidence, inference and reading every posterior, so that the pipe does not count.

{"op": "versions"}
{"op": "load", "peer": NAME, "file": BIF}                 a model and its engine
{"op": "time", "evidence": [{node: state, ...}, ...]}     milliseconds of each, in order, in the engine that is loaded
{"op": "cold", "evidence": {...}}                         milliseconds with an engine made anew from the loaded model
{"op": "answers", "evidence": {...}}                      posteriors of all nodes: {node: [p, ...]}
"""
import json
import logging
import sys
import time

logging.disable(logging.CRITICAL)


class Agrum:
    def __init__(self, file, engine):
        import pyagrum as gum

        self.engine = getattr(gum, engine)
        self.model = gum.loadBN(file)
        self.names = list(self.model.names())
        self.open()

    def open(self):
        self.inference = self.engine(self.model)

    def ask(self, evidence):
        self.inference.setEvidence(evidence)
        self.inference.makeInference()
        return [self.inference.posterior(name) for name in self.names]

    def answers(self, evidence):
        return {name: list(map(float, table.toarray())) for name, table in zip(self.names, self.ask(evidence))}


class Pgmpy:
    def __init__(self, file, engine):
        from pgmpy import inference
        from pgmpy.readwrite import BIFReader

        self.engine = getattr(inference, engine)
        self.model = BIFReader(file).get_model()
        self.names = list(self.model.nodes())
        self.states = {name: self.model.get_cpds(name).state_names[name] for name in self.names}
        self.open()

    def open(self):
        self.inference = self.engine(self.model)

    def ask(self, evidence):
        return {
            name: self.inference.query([name], evidence=evidence, show_progress=False)
            for name in self.names
            if name not in evidence
        }

    def answers(self, evidence):
        found = self.ask(evidence)
        result = {name: [float(state == evidence[name]) for state in self.states[name]] for name in evidence}
        for name, factor in found.items():
            order = [factor.state_names[name].index(state) for state in self.states[name]]
            result[name] = [float(factor.values[i]) for i in order]
        return result


PEERS = {
    "pyAgrum LazyPropagation": (Agrum, "LazyPropagation"),
    "pyAgrum ShaferShenoy": (Agrum, "ShaferShenoyInference"),
    "pgmpy VariableElimination": (Pgmpy, "VariableElimination"),
}


CLOCK = time.process_time if sys.argv[1:] == ["cpu"] else time.perf_counter


def timed(body):
    start = CLOCK()
    body()
    return (CLOCK() - start) * 1000


def answer(request, loaded):
    op = request["op"]
    if op == "versions":
        from importlib.metadata import version

        return {name: version(name) for name in ("pyagrum", "pgmpy")}
    if op == "load":
        make, engine = PEERS[request["peer"]]
        loaded["peer"] = make(request["file"], engine)
        return {}
    peer = loaded["peer"]
    if op == "time":
        return {"milliseconds": [timed(lambda e=e: peer.ask(e)) for e in request["evidence"]]}
    if op == "cold":
        return {"milliseconds": [timed(lambda: (peer.open(), peer.ask(request["evidence"])))]}
    if op == "answers":
        return {"posteriors": peer.answers(request["evidence"])}
    raise ValueError(op)


def main():
    loaded = {}
    for line in sys.stdin:
        try:
            result = answer(json.loads(line), loaded)
        except Exception as error:  # the benchmark says why a peer has no answer
            result = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"}
        print(json.dumps(result), flush=True)


main()
