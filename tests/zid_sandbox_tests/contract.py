"""The contract as a judge: objects that declare properties may have no others."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import jsonschema
import yaml

from tests import zid_sandbox

PATH = pathlib.Path(zid_sandbox.__file__).with_name("openapi.yaml")
DOCUMENT: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
METHODS = ("get", "post", "put", "delete")

# The Invalid response says that fields may come as lists of sentences at the top level, under
# the names of the fields, so this one object is open to such lists and to nothing else.
SENTENCES = {"type": "array", "items": {"type": "string"}}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def declared() -> set[tuple[str, str, int]]:
    """Every operation with every status that it declares."""
    return {
        (method, path, int(status))
        for method, path, operation in operations()
        for status in operation["responses"]
    }


def check(method: str, path: str, status: int, body: Any) -> None:
    """This will raise jsonschema.ValidationError when the contract does not allow the body."""
    response = _followed(DOCUMENT["paths"][path][method.lower()]["responses"][str(status)])
    content = response.get("content", {}).get("application/json")
    if content is not None:
        jsonschema.Draft202012Validator(
            _closed(content["schema"]), format_checker=jsonschema.FormatChecker()
        ).validate(body)


def _followed(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _closed(schema: Any) -> Any:
    """The schema with its references put in place and its objects shut."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    is_error = schema.get("$ref") == "#/components/schemas/Error"
    schema = _followed(schema)
    closed = {key: _closed(value) for key, value in schema.items() if key != "properties"}
    if "properties" in schema:
        properties = schema["properties"].items()
        closed["properties"] = {name: _closed(value) for name, value in properties}
        closed.setdefault("additionalProperties", SENTENCES if is_error else False)
    return closed
