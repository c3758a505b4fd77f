"""Dominators of one graph, by structure_bench and by networkx; prints the ratio of their times.

usage: structure_against_networkx.py STRUCTURE_BENCH [NODES]          needs python3-networkx
"""

import subprocess
import sys
import tempfile
import time

import networkx

bench, nodes = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "200000"
with tempfile.NamedTemporaryFile("r", suffix=".edges") as edges:
    ours, depth = subprocess.run([bench, "--edges", nodes, edges.name], capture_output=True, text=True, check=True).stdout.split()
    graph = networkx.DiGraph(tuple(map(int, line.split())) for line in edges)
begin = time.perf_counter()
parents = networkx.immediate_dominators(graph, 0)
theirs = time.perf_counter() - begin
at, steps = 1, 0
while at != 0:
    at, steps = parents[at], steps + 1
if steps != int(depth):
    sys.exit(f"the sink lies {depth} deep for structure_bench and {steps} deep for networkx")
print(f"dominators of {graph.number_of_nodes()} vertices: {float(ours):.3f} s, networkx {theirs:.3f} s, ratio {theirs / float(ours):.0f}")
