"""Measurements of the product, written to benchmarks/results/<name>.json (design, section 9)."""
