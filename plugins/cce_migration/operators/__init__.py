"""Operators: one class a step, one module a concern, named as the package of `include` that each calls."""
