"""One query of one network in a whole process: first_answer.py pyagrum|pgmpy FILE NODE"""
import logging
import sys

logging.disable(logging.CRITICAL)
library, file, node = sys.argv[1:]
if library == "pyagrum":
    import pyagrum as gum

    inference = gum.LazyPropagation(gum.loadBN(file))
    inference.addTarget(node)
    inference.makeInference()
    print(inference.posterior(node))
else:
    from pgmpy.inference import VariableElimination
    from pgmpy.readwrite import BIFReader

    print(VariableElimination(BIFReader(file).get_model()).query([node], show_progress=False))
