"""Answers and requests held against the models of the cloud's own SDKs: nothing that they need is missing, nothing is unknown."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import Any

_PLAIN: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "date": (str,),
    "datetime": (str,),
}


def problems_of(response: Any) -> list[str]:
    """Return what the body of a response has too much, too little or of another type."""
    models = importlib.import_module(type(response).__module__.partition(".model.")[0])
    body = response.to_json_object()
    if isinstance(body, list):
        return _problems(models, response.openapi_types["body"], body, "body")
    if body is None:
        return []
    return _problems_of_model(models, type(response), body, type(response).__name__)


def problems_of_request(request: Any) -> list[str]:
    """Return what the body of a request has too much, too little or of another type, when it is plain data."""
    body, kind = getattr(request, "body", None), request.openapi_types.get("body")
    if kind is None or not isinstance(body, dict):
        return []
    models = importlib.import_module(type(request).__module__.partition(".model.")[0])
    return _problems(models, kind, body, type(request).__name__)


def _problems(models: Any, kind: str, value: Any, place: str) -> list[str]:
    if value is None or kind == "object":
        return []
    if kind.startswith("list["):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [
            problem
            for number, one in enumerate(value)
            for problem in _problems(models, kind[5:-1], one, f"{place}[{number}]")
        ]
    if kind.startswith("dict("):
        inner = kind[5:-1].partition(", ")[2]
        return [
            problem
            for name, one in value.items()
            for problem in _problems(models, inner, one, f"{place}.{name}")
        ]
    if kind in _PLAIN:
        is_right = isinstance(value, _PLAIN[kind]) and (kind == "bool") == isinstance(value, bool)
        return [] if is_right else [f"{place} is {value!r} and no {kind}"]
    return _problems_of_model(models, getattr(models, kind), value, place)


def _problems_of_model(models: Any, model: Any, value: Any, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place} is no document"]
    names = {sent: name for name, sent in model.attribute_map.items()}
    needed = [model.attribute_map[name] for name in required(model)]
    found = [f"{place}.{sent} is missing" for sent in needed if sent not in value]
    for sent, one in value.items():
        if sent not in names:
            found.append(f"{place}.{sent} is unknown")
        else:
            found += _problems(models, model.openapi_types[names[sent]], one, f"{place}.{sent}")
    return found


def required(model: Any) -> list[str]:
    """Return the fields that a model sets whatever they are: those that the cloud always sends."""
    source = inspect.getsource(model.__init__)
    found = re.findall(r"^ {8}self\.([a-z]\w*) = \1$", source, re.MULTILINE)
    return [name for name in found if name in model.attribute_map]


class Checked:
    """A client of a service whose every answer is held against the models."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def checked(request: Any) -> Any:
            response = call(request)
            found = problems_of(response)
            assert not found, found
            return response

        return checked
