"""Write the paths of an Ingress as CCE reads them.

Source: Open Telekom Cloud, CCE user guide, cce_10_0252: pathType, and `url-match-mode` for regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from include.inventory.ingress_wishes import IngressWish, is_action

MATCH_MODE = "ingress.beta.kubernetes.io/url-match-mode"
PATTERN = re.compile(r"[()\[\]^$|+?\\*]")

Manifest = dict[str, Any]


def adapt_paths(spec: Manifest, wishes: Mapping[IngressWish, str], *, with_match_mode: bool) -> None:
    """Change the paths of an Ingress' spec in place: actions of an ALB go, `/x/*` is the prefix `/x`.

    :param wishes: what the Ingress asked of the source's controller.
    :param with_match_mode: whether the controller is ELB, which has to be told that a path is a pattern.
    """
    is_regex = with_match_mode and ("regex" in wishes or "rewrite" in wishes)
    for rule in spec.get("rules") or []:
        http = rule.get("http") or {}
        paths = [path for path in http.get("paths") or [] if not is_action(path)]
        if "http" in rule:
            rule["http"] = {**http, "paths": [_path(path, is_regex=is_regex) for path in paths]}


def _path(path: Manifest, *, is_regex: bool) -> Manifest:
    text = str(path.get("path", "/"))
    if text.endswith("/*"):
        return {**path, "path": text.removesuffix("/*") or "/", "pathType": "Prefix"}
    if is_regex and PATTERN.search(text):
        mode = {**(path.get("property") or {}), MATCH_MODE: "REGEX"}
        return {**path, "pathType": "ImplementationSpecific", "property": mode}
    return path
