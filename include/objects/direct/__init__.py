"""Send the requests of which a copy makes one or more for every object, without the layers of an SDK."""

from __future__ import annotations

from include.objects.direct.client import DirectClient

__all__ = ["DirectClient"]
