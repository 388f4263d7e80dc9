"""Hold one rule a file, each looking for one sort of obstacle; a new file is a new rule.

A rule is a module with

- `RULE`, its name in reports,
- `SEVERITIES`, those its findings may have,
- `WHY`, one sentence: what would happen on CCE if nobody cared,
- `HANDLED_BY`, the phase that deals with some or all of its findings by itself, if there is one,
- `find(inventory, definition)`, which yields findings.
"""
