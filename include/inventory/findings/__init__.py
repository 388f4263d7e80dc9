"""Hold one rule a file, each looking for one sort of obstacle; a new file is a new rule.

A rule is a module with `find(inventory, definition)` that yields findings.
"""
