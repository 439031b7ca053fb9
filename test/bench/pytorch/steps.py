"""The peer: the same training steps in eager PyTorch on the CPU, answering one JSON request a line on standard input.

{"workload": "dcgan", "batch": 16, "width": 64, "size": 64, "labels": 9, "layout": "contiguous", "adam": "fused",
 "steps": 3} -> {"milliseconds": [..], "parameters": 1000, "peak_mib": 500.0}

Batches are made before the clock starts. `layout` is `contiguous` or `channels_last`, `adam` is `single`, `foreach` or
`fused`; the benchmark takes what is fastest. Workloads are as they are usually written, one network updated after the other;
those that end in `_shared` judge each generated batch once, as ours does.
"""
import json
import os
import resource
import sys
import time

import torch

from began import CausalBegan, CausalBeganShared, FacesBegan, FacesBeganShared
from controller import Controller
from dcgan import CausalGan, Dcgan, DcganShared, Drawing

torch.set_num_threads(int(os.environ.get("CAUSAL_BENCH_THREADS", "2")))
torch.set_flush_denormal(True)

workloads = {
    "controller": Controller,
    "dcgan": Dcgan,
    "dcgan_shared": DcganShared,
    "causalgan": CausalGan,
    "causalbegan": CausalBegan,
    "causalbegan_shared": CausalBeganShared,
    "faces_began": FacesBegan,
    "faces_began_shared": FacesBeganShared,
    "drawing": Drawing,
}
last = (None, None)

for line in sys.stdin:
    request = json.loads(line)
    steps = request.pop("steps")
    clock = time.process_time if request.pop("clock", "wall") == "cpu" else time.perf_counter
    if last[0] != request:
        last = (None, None)
        torch.manual_seed(1)
        last = (request, workloads[request["workload"]](request))
        last[1]()
    times = []
    for _ in range(steps):
        start = clock()
        last[1]()
        times.append((clock() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"milliseconds": times, "parameters": last[1].parameters, "peak_mib": peak / 1024}), flush=True)
