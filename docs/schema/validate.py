#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""validate.py SCHEMA FILE…: every FILE is valid under SCHEMA, and breaks it once its schema's name is another."""
import glob
import json
import os
import sys

import jsonschema


def moved(value, names, home):
    """`value` with each $ref to where it leads once the schemas of `names` are among the definitions; `home` is its own place there."""
    if isinstance(value, list):
        return [moved(each, names, home) for each in value]
    if not isinstance(value, dict):
        return value
    out = {key: moved(each, names, home) for key, each in value.items()}
    if isinstance(out.get("$ref"), str):
        out["$ref"] = names[out["$ref"]] if out["$ref"] in names else out["$ref"].replace("#", home, 1)
    return out


def validator(path):
    """A validator of the schema in that file, which may refer to the others in its folder by their $id."""
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    others = {}
    for other in glob.glob(os.path.join(os.path.dirname(os.path.abspath(path)), "*.schema.json")):
        with open(other, encoding="utf-8") as file:
            each = json.load(file)
        others[each.pop("$id")] = each
    names = {name: "#/definitions/" + name.replace(":", "-") for name in others}
    whole = moved(schema, names, "#")
    whole.setdefault("definitions", {}).update(
        {name.replace(":", "-"): moved(each, names, names[name]) for name, each in others.items()})
    return jsonschema.Draft7Validator(whole)


def main() -> int:
    if len(sys.argv) < 3:
        print("usage: validate.py SCHEMA FILE…", file=sys.stderr)
        return 2
    judge = validator(sys.argv[1])
    wrong = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        for error in judge.iter_errors(document):
            wrong += 1
            print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}", file=sys.stderr)
        if judge.is_valid(dict(document, schema="another")):
            wrong += 1
            print(f"{path}: the schema accepts a document of another schema", file=sys.stderr)
    print(f"{len(sys.argv) - 2} documents, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
