"""Convert objects from API versions that Kubernetes removed to those that took their place.

Each converter changes an object in place; `converting.converted` hands it a copy. The changes of fields are those of Kubernetes'
guide to removed APIs: https://kubernetes.io/docs/reference/using-api/deprecation-guide/.
"""

from __future__ import annotations

from include.adaptation.conversions.converting import can_be_converted, converted

__all__ = ["can_be_converted", "converted"]
