"""Hold one rule a file, each adapting one trait of Kubernetes objects to CCE; a new file is a new rule.

A rule is a module with `applies_to(obj)` and a pure `adapt(obj, context)`; see include/adaptation/pipeline.py.
"""
