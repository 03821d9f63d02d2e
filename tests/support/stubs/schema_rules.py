"""What each provider refuses in a request for an answer by a JSON schema."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_BOUNDS = {
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
}
_OPENAI_UNKNOWN = {"allOf", "not", "dependentRequired", "if", "then", "else", "patternProperties", "default"}
_GOOGLE_KNOWN = {
    "$id",
    "$defs",
    "$ref",
    "$anchor",
    "type",
    "format",
    "title",
    "description",
    "enum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "anyOf",
    "oneOf",
    "properties",
    "additionalProperties",
    "required",
    "propertyOrdering",
}


def has_schema(asked: Mapping[str, Any]) -> bool:
    """Tell whether a request in any of the protocols has a schema."""
    config = asked.get("generationConfig") or {}
    return "response_format" in asked or "output_config" in asked or "responseJsonSchema" in config


def openai_problem(asked: Mapping[str, Any]) -> str | None:
    """Return why OpenAI would refuse the request: strict schemas have all properties required, and no more."""
    if "response_format" not in asked:
        return None
    wanted = asked["response_format"]
    schema = wanted["json_schema"]["schema"]
    if wanted["type"] != "json_schema" or not re.fullmatch(r"[\w-]{1,64}", wanted["json_schema"]["name"]):
        return "response_format"
    if wanted["json_schema"].get("strict") is not True:
        return "it is not strict"
    return _loose_object(schema) or _one_of(schema, _OPENAI_UNKNOWN)


def anthropic_problem(asked: Mapping[str, Any]) -> str | None:
    """Return why Anthropic would refuse the request: its objects are closed, and bounds unknown."""
    if "output_config" not in asked:
        return None
    wanted = asked["output_config"]["format"]
    if wanted["type"] != "json_schema":
        return "output_config"
    return _loose_object(wanted["schema"]) or _one_of(wanted["schema"], _BOUNDS)


def google_problem(asked: Mapping[str, Any]) -> str | None:
    """Return why Google would refuse the request: a schema goes with JSON alone, and has keywords that it knows."""
    config = asked.get("generationConfig") or {}
    if "responseJsonSchema" not in config:
        return None
    if config.get("responseMimeType") != "application/json" or "responseSchema" in config:
        return "responseMimeType"
    unknown = {key for part in _parts(config["responseJsonSchema"]) for key in part} - _GOOGLE_KNOWN
    return f"unknown: {unknown}" if unknown else None


def _loose_object(schema: Mapping[str, Any]) -> str | None:
    for part in _parts(schema):
        if part.get("type") == "object" and (
            part.get("additionalProperties") is not False or set(part["required"]) != set(part["properties"])
        ):
            return f"additionalProperties and required of {sorted(part['properties'])}"
    return None if schema.get("type") == "object" else "the root is no object"


def _one_of(schema: Mapping[str, Any], unknown: set[str]) -> str | None:
    found = {key for part in _parts(schema) for key in part} & unknown
    return f"unknown: {found}" if found else None


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and those within it."""
    yield schema
    for inner in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        yield from _parts(inner)
