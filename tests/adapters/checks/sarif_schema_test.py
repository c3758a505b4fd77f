"""SARIF by the schema of OASIS, whatever the names in a model, and with more than its readers take.

usage: sarif_schema_test.py CHECKS_PROBE SHARED_DIR
"""

import json
import pathlib
import re
import subprocess
import sys

import jsonschema

probe, schema_path = sys.argv[1], pathlib.Path(sys.argv[2]) / "schemas/sarif-schema-2.1.0.json"
if not schema_path.exists():
    print(f"SKIPPED: {schema_path} is not there")
    sys.exit(77)

schema = json.loads(schema_path.read_text(encoding="utf-8"))
validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
problems = []
for case in ("plain", "full", "hostile", "nothing", "many", "large", "long"):
    text = subprocess.run([probe, "sarif", case], check=True, capture_output=True).stdout
    if len(text) > 10_000_000:
        problems.append(f"{case}: {len(text)} bytes")
    log = json.loads(text)
    if case in ("many", "large"):  # results are alike, and a validator in Python is slow
        log["runs"][0]["results"] = log["runs"][0]["results"][:50]
    for error in validator.iter_errors(log):
        problems.append(f"{case}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    run = log["runs"][0]
    uris = [artifact["location"]["uri"] for artifact in run["artifacts"]]
    for uri in uris:
        if not re.fullmatch(r"(file:///)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri):
            problems.append(f"{case}: {uri!r} is no URI of a file")
    for result in run["results"]:
        where = result["locations"][0]["physicalLocation"]["artifactLocation"]
        if uris[where["index"]] != where["uri"]:
            problems.append(f"{case}: {where} is not the artifact of that index")
        if run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
            problems.append(f"{case}: {result['ruleId']} is not the rule of its index")
    for rule in run["tool"]["driver"]["rules"]:
        if len(rule["fullDescription"]["text"]) > 1024 or len(rule["shortDescription"]["text"]) > 1024:
            problems.append(f"{case}: {rule['id']} has a description that GitHub does not take")
        if len(rule["properties"]["tags"]) > 20:
            problems.append(f"{case}: {rule['id']} has too many tags")

wrong = json.loads(subprocess.run([probe, "sarif", "full"], check=True, capture_output=True).stdout)
wrong["runs"][0]["results"][0]["level"] = "fatal"
if validator.is_valid(wrong):
    problems.append("the schema lets through a level that nobody knows")
print("\n".join(problems[:50]) if problems else "every log satisfies the schema")
sys.exit(1 if problems else 0)
