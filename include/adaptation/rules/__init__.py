"""Hold one rule a file, each adapting one trait of Kubernetes objects to CCE.

A rule is a module with

- `applies_to(obj)`, which says whether it looks at objects of this sort,
- `apply(obj, context)`, pure: it returns the adapted object and leaves the given one as it is; a second time it changes nothing,
- `REASON`, one sentence for the user: what changes, and why CCE asks for it,
- `SOURCE`, where the reason can be looked up.

A new file has to be named in include/adaptation/order.py; docs/adaptation.md is made from them.
"""
