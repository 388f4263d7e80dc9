"""Bundle the evidence of a run: one signed archive that anybody checks offline, with what lies in it."""

from __future__ import annotations

from include.evidence.bundle import BUNDLE, write_bundle
from include.evidence.signing import note_key

__all__ = ["BUNDLE", "note_key", "write_bundle"]
