"""Reports and comparisons written by hand satisfy their JSON Schemas, and these are not so loose that anything would.

usage: schema_test.py REPORT_PROBE REPORT_SCHEMA COMPARISON_SCHEMA
"""

import copy
import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("SKIPPED: python3-jsonschema is not installed")
    sys.exit(77)

probe, schema_path = sys.argv[1], pathlib.Path(sys.argv[2])
schema = json.loads(schema_path.read_text(encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
problems = []


def report(name):
    return json.loads(subprocess.run([probe, "json", name], check=True, capture_output=True).stdout.decode("utf-8"))


for name in ("empty", "two-branch", "hostile"):
    for error in validator.iter_errors(report(name)):
        problems.append(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")

# Each of these must be noticed.
whole = report("two-branch")
MISTAKES = {
    "another schema": lambda r: r.update(schema="ramus.report/2"),
    "a part is missing": lambda r: r.pop("factors"),
    "an unknown part": lambda r: r.update(branches=[]),
    "a kind that nobody knows": lambda r: r["groups"][0].update(kind="fork"),
    "a group of one branch": lambda r: r["groups"][0]["branches"].pop(),
    "a join without a node": lambda r: r["groups"][0]["join"].pop("node"),
    "p above 1": lambda r: r["factors"][0]["p"].__setitem__(0, 1.5),
    "a pole of 0": lambda r: r["factors"][0]["assignment"]["from"][0].update(pole=0),
    "a community below -1": lambda r: r["streams"][0]["communities"][0]["members"][0].update(community=-2),
    "a latent branch below -1": lambda r: r["latent"][0]["assignment"]["from"].__setitem__(0, -2),
    "hits as a fraction": lambda r: r["specialization"][0]["branches"][0]["enrichment"][0].update(hits=0.5),
    "a part below -1": lambda r: r["modularity"][0]["parts"][0].__setitem__(0, -2),
    "a partition that nobody knows": lambda r: r["modularity"][0].update(partition="halves"),
    "a wiring without its null": lambda r: r["specialization"][0]["wiring"]["reads"][0].pop("null"),
    "a specialization without its tests": lambda r: r["specialization"][0].pop("tests"),
    "a test without its n": lambda r: r["specialization"][0]["tests"]["factors"].pop("n"),
    "a digest of another kind": lambda r: r["model"].update(digest="md5:0"),
}
for name, make in MISTAKES.items():
    wrong = copy.deepcopy(whole)
    make(wrong)
    if validator.is_valid(wrong):
        problems.append(f"the schema lets through: {name}")


# The names that INTERFACES promises, in the places where it promises them.
def require(where, value, names):
    problems.extend(f"{where}.{name} is not there" for name in names.split() if name not in value)


require("report", whole, "schema model groups streams factors latent features specialization modularity notes options tool")
require("model", whole["model"], "path bytes digest ir_version opset producer graph_name nodes values parameters weight_bytes")
group = whole["groups"][0]
require("group", group, "id name kind join fork closed parent depth crossing shared branches")
require("join", group["join"], "node op axis")
require("fork", group["fork"], "value")
require("branch", group["branches"][0], "id name nodes node_indices skip units layers parameters macs kernel")
require("units", group["branches"][0]["units"], "layer begin end")
require("stream", whole["streams"][0], "id name start end blocks paths path_lengths composition communities")
require("composition", whole["streams"][0]["composition"][1], "kind from_block to_block from_head to_head link via score baseline p q")
require("communities", whole["streams"][0]["communities"][0], "of k members newman_q null stability runs")
require("block", whole["streams"][0]["blocks"][0], "group branch read write link via")
factors = whole["factors"][0]
require("factors", factors, "id from to rows columns reduction normalise centring total_energy sigma energy p null")
require("factors", factors, "significant residual effective_rank beside left right assignment meaning")
require("raw", factors["beside"]["raw"], "sigma one_signed meaning")
require("centred", factors["beside"]["centred"], "sigma meaning")
require("assignment", factors["assignment"]["from"][0], "unit factor pole confidence")
require("meaning", factors["meaning"][0], "factor feature pearson spearman partial p q named")
latent = whole["latent"][0]
require("latent", latent, "id from to rows columns status branches n_cut gap energy p null saved lost assignment")
require("features", whole["features"][0], "layer units colour frequency")
special = whole["specialization"][0]
require("specialization", special, "group score basis p null_mean units standard_error branches wiring confounders tests")
require("specialized branch", special["branches"][0], "branch score share enrichment features factors")
require("enrichment", special["branches"][0]["enrichment"][0], "family layer hits family_size branch_size population p log_odds q")
require("contrast", special["branches"][0]["features"][0], "feature auc delta p q at_layer")
reads = special["wiring"]["reads"][0]
require("wiring", reads, "from mass expected pairs information barber_q newman_q n_cut reads_kl read_by_kl null")
modularity = whole["modularity"]
require("modularity", modularity[0], "partition groups parts k reduction units matrices entries n_cut q null")
require("clusters", modularity[1]["layers"][0], "layer layer_index clusters")
require("against null", modularity[0]["n_cut"], "value null_mean null_sd z p")
require("note", whole["notes"][0], "where code text")
require("tool", whole["tool"], "name version")


# Every p has its test and n: in its own object, or in the table around it. A new p must say here where they stand.
WIRED = ["specialization.wiring.reads.null.method", "specialization.wiring.reads.null.units"]
DRAWN = ["modularity.null.method", "modularity.null.permutations", "modularity.units"]
TEST_AND_N = {
    "factors": ["factors.null.method", "factors.rows", "factors.columns"],
    "factors.meaning": ["factors.meaning.test.name", "factors.meaning.test.n"],
    "latent": ["latent.null.method", "latent.rows", "latent.columns"],
    "streams.composition": ["streams.composition.test.name", "streams.composition.test.n"],
    "specialization": ["specialization.tests.score.name", "specialization.tests.score.n"],
    "specialization.features": ["specialization.features.test.name", "specialization.features.test.n"],
    "specialization.branches.enrichment": [
        "specialization.tests.enrichment.name", "specialization.branches.enrichment.population"],
    "specialization.branches.features": [
        "specialization.branches.features.test.name", "specialization.branches.features.test.n"],
    "specialization.branches.factors": ["specialization.tests.factors.name", "specialization.tests.factors.n"],
    **{f"specialization.wiring.reads.{name}": WIRED
       for name in ("information", "barber_q", "newman_q", "n_cut", "reads_kl", "read_by_kl")},
    **{f"streams.communities.null.{name}": ["streams.communities.null.permutations", "streams.communities.members"]
       for name in ("any_order", "by_distance")},
    "modularity.n_cut": DRAWN,
    "modularity.q": DRAWN,
}  # fmt: skip


def paths_with_p(value, path=""):
    if isinstance(value, list):
        return set().union(*(paths_with_p(entry, path) for entry in value))
    if not isinstance(value, dict):
        return set()
    inside = (paths_with_p(entry, f"{path}.{key}".lstrip(".")) for key, entry in value.items())
    return set().union({path} if "p" in value else set(), *inside)


def stands_at(value, path):
    for key in path.split("."):
        while isinstance(value, list):
            value = value[0]
        value = value.get(key)
        if value is None:
            return False
    return True


for path in sorted(paths_with_p(whole) ^ set(TEST_AND_N)):
    problems.append(f"{path or 'the report'}: where its p has test and n is not said here, or it has no p")
for path, places in TEST_AND_N.items():
    problems.extend(f"p of {path}: {place} is not there" for place in places if not stands_at(whole, place))


comparisons = jsonschema.Draft7Validator(json.loads(pathlib.Path(sys.argv[3]).read_text(encoding="utf-8")))
comparisons.check_schema(comparisons.schema)
comparison = report("comparison")
for error in comparisons.iter_errors(comparison):
    problems.append(f"comparison: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
for name, make in {
    "another schema": lambda c: c.update(schema="ramus.report/1"),
    "one model": lambda c: c.update(models=c["models"][:1]),
    "a likeness that nobody knows": lambda c: c["comparisons"][0]["groups"][0].update(likeness="name"),
    "a correlation above 1": lambda c: c["comparisons"][0]["groups"][0]["profile"].update(correlation=1.5),
    "a difference without its side": lambda c: c["comparisons"][0]["groups"][0]["differences"][0].pop("after"),
    "an unknown part": lambda c: c.update(groups=[]),
    "a value that is no number": lambda c: c["profiles"][0]["branches"][0]["values"][0].__setitem__(0, "1"),
}.items():
    wrong = copy.deepcopy(comparison)
    make(wrong)
    if comparisons.is_valid(wrong):
        problems.append(f"the schema of comparisons lets through: {name}")

print("\n".join(problems) if problems else "every report and comparison satisfies its schema")
sys.exit(1 if problems else 0)
