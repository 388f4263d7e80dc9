"""Choose what of an image is copied: which platforms, and whether attestations come along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.errors import PermanentError
from include.images.docker_types import REFERENCE
from include.images.manifests import Manifest, changed

if TYPE_CHECKING:
    from include.definition import Images

KIND = "vnd.docker.reference.type"
ATTESTATION = "attestation-manifest"


@dataclass(frozen=True)
class Chosen:
    """Hold what is copied, and the names of what is left out."""

    manifest: Manifest
    left_out: tuple[str, ...] = ()


def keeps_everything(settings: Images) -> bool:
    """Say whether images are copied whole."""
    return settings.platforms == "all" and settings.attestations == "copy"


def choose(manifest: Manifest, settings: Images) -> Chosen:
    """Return an image without the platforms and attestations that the definition drops.

    Whoever has one platform only is copied whole: it says nowhere but in its config which one that is.

    :raises PermanentError: when none of its platforms is chosen.
    """
    if not manifest.children or keeps_everything(settings):
        return Chosen(manifest)
    entries = manifest.entries
    dropped = {str(entry["digest"]) for entry in entries if not _is_chosen(entry, settings)}
    dropped |= {str(entry["digest"]) for entry in entries if _subject(entry) in dropped}
    kept = [number for number, entry in enumerate(entries) if entry["digest"] not in dropped]
    if not any(not is_attestation(entries[number]) for number in kept):
        offered = ", ".join(platform_name(entry, number) for number, entry in enumerate(entries))
        raise PermanentError(f"has none of the platforms that images.platforms names, but {offered}; add one")
    if not dropped:
        return Chosen(manifest)
    document = {**manifest.document, "manifests": [entries[number] for number in kept]}
    names = [described(entry, number) for number, entry in enumerate(entries) if number not in kept]
    return Chosen(
        changed(manifest, document, tuple(manifest.children[number] for number in kept)), tuple(names)
    )


def is_attestation(entry: dict[str, Any]) -> bool:
    """Say whether an index's entry is what a builder attests of another entry (provenance, bill of materials)."""
    return (entry.get("annotations") or {}).get(KIND) == ATTESTATION


def platform_name(entry: dict[str, Any], number: int) -> str:
    """Return `os/architecture[/variant]` of an index's entry; attestations get their place instead."""
    platform = entry.get("platform") or {}
    parts = [platform.get("os"), platform.get("architecture"), platform.get("variant")]
    name = "/".join(str(part) for part in parts if part)
    return name if name and not name.startswith("unknown") else f"entry {number}"


def described(entry: dict[str, Any], number: int) -> str:
    """Return what an entry is, for the record of what was left out."""
    if is_attestation(entry):
        return f"attestation of {_subject(entry)[:19]}"
    return f"platform {platform_name(entry, number)}"


def _subject(entry: dict[str, Any]) -> str:
    return str((entry.get("annotations") or {}).get(REFERENCE, ""))


def _is_chosen(entry: dict[str, Any], settings: Images) -> bool:
    if is_attestation(entry):
        return settings.attestations == "copy"
    if settings.platforms == "all":
        return True
    name = platform_name(entry, 0)
    # linux/arm64 names linux/arm64/v8, too: builders differ in whether they write the variant.
    return any(name == wanted or name.startswith(f"{wanted}/") for wanted in settings.platforms)
