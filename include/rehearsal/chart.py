"""Draw how the rehearsals of a migration went: a bar each, phase upon phase, as SVG without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from include.phases import PHASES
from include.progress import readable_seconds
from include.rehearsal.trend import Past

# The rehearsal's own phase comes after the migration's.
SHOWN = (*PHASES, "rehearsed_cutover")
WIDTH, HEIGHT, FOOT = 720.0, 160.0, 22.0
MOST_BARS = 24
WIDEST_BAR = 48.0
GAP_SHARE = 0.25


@dataclass(frozen=True)
class Block:
    """Be one phase of one rehearsal; `shade` is the number of its colour."""

    x: float
    y: float
    width: float
    height: float
    shade: int
    text: str


@dataclass(frozen=True)
class Bar:
    """Be one rehearsal."""

    x: float
    width: float
    label: str
    is_green: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Chart:
    """Hold what the template draws; `phases` are names and shades for the legend."""

    bars: tuple[Bar, ...]
    phases: tuple[tuple[str, int], ...]
    highest: str
    width: float = WIDTH
    height: float = HEIGHT
    foot: float = FOOT


def trend_chart(rehearsals: Sequence[Past]) -> Chart | None:
    """Return the chart of the last rehearsals, the oldest on the left; None when none of them measured anything."""
    shown = [one for one in rehearsals if one.seconds][-MOST_BARS:]
    highest = max((sum(one.seconds.values()) for one in shown), default=0.0)
    if highest <= 0:
        return None
    step = WIDTH / len(shown)
    bars = tuple(_bar(one, index * step, step, highest) for index, one in enumerate(shown))
    known = {phase for one in shown for phase in one.seconds}
    legend = tuple((phase, shade) for shade, phase in enumerate(SHOWN) if phase in known)
    return Chart(bars, legend, readable_seconds(highest))


def _bar(one: Past, x: float, step: float, highest: float) -> Bar:
    width = min(step * (1 - GAP_SHARE), WIDEST_BAR)
    left, top, blocks = round(x + (step - width) / 2, 1), HEIGHT, []
    for shade, phase in enumerate(SHOWN):
        seconds = one.seconds.get(phase, 0.0)
        height = seconds / highest * HEIGHT
        if height:
            top -= height
            text = f"{phase}: {readable_seconds(seconds)}"
            blocks.append(Block(left, round(top, 1), round(width, 1), round(height, 1), shade, text))
    return Bar(left, round(width, 1), one.finished[:10], one.is_green, tuple(blocks))
