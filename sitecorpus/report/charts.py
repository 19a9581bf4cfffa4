"""Numbers as inline SVG: a line chart of the two losses. Drawn here so that the report is one file, with no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True)
class Line:
    """One series: points are (x, y); non-finite ones are left out."""

    name: str
    css: str
    points: Sequence[tuple[float, float]]


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers that cover [low, high]: steps of 1, 2 or 5 times a power of ten."""
    span = high - low or abs(high) or 1.0
    raw = span / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


def line_chart(
    lines: Sequence[Line],
    x_label: str,
    y_label: str,
    marks: Sequence[tuple[float, str]] = (),
    width: int = 860,
    height: int = 360,
) -> Markup:
    """Return an SVG line chart; `marks` are (x, words) drawn as upright lines."""
    kept = [Line(s.name, s.css, [(x, y) for x, y in s.points if math.isfinite(x) and math.isfinite(y)]) for s in lines]
    points = [p for s in kept for p in s.points]
    if not points:
        return Markup("")
    left, right, top, bottom = 56, 120, 26, 44
    x_ticks = ticks(min(p[0] for p in points), max(p[0] for p in points), 8)
    y_ticks = ticks(min(p[1] for p in points), max(p[1] for p in points), 6)
    x0, x1, y0, y1 = x_ticks[0], max(p[0] for p in points) or 1.0, y_ticks[0], y_ticks[-1]

    def px(x: float) -> float:
        return left + (x - x0) / ((x1 - x0) or 1) * (width - left - right)

    def py(y: float) -> float:
        return height - bottom - (y - y0) / ((y1 - y0) or 1) * (height - top - bottom)

    out = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(y_label)} by {escape(x_label)}">']
    for y in y_ticks:
        out.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{py(y):.1f}" y2="{py(y):.1f}"/>')
        out.append(f'<text class="tick" x="{left - 8}" y="{py(y) + 4:.1f}" text-anchor="end">{y:.4g}</text>')
    for x in x_ticks:
        if x <= x1:
            out.append(
                f'<text class="tick" x="{px(x):.1f}" y="{height - bottom + 18}" text-anchor="middle">{x:,.6g}</text>'
            )
    out.append(
        f'<text class="label" x="{(left + width - right) / 2}" y="{height - 6}" text-anchor="middle">{escape(x_label)}</text>'
    )
    out.append(f'<text class="label" x="{left - 40}" y="{top - 10}">{escape(y_label)}</text>')
    for x, words in marks:
        # near the right edge the words go to the left of their line
        anchor, shift = ("end", -6) if px(x) > width - right - 150 else ("start", 6)
        out.append(f'<line class="mark" x1="{px(x):.1f}" x2="{px(x):.1f}" y1="{top}" y2="{height - bottom}"/>')
        out.append(
            f'<text class="mark" x="{px(x) + shift:.1f}" y="{top + 12}" text-anchor="{anchor}">{escape(words)}</text>'
        )
    for series in kept:
        if not series.points:
            continue
        path = " ".join(f"{'M' if i == 0 else 'L'}{px(x):.1f},{py(y):.1f}" for i, (x, y) in enumerate(series.points))
        out.append(f'<path class="line {escape(series.css)}" d="{path}"/>')
        for x, y in series.points:
            title = f"{series.name}, {x_label} {x:,.6g}: {y:.4f}"
            out.append(
                f'<circle class="dot {escape(series.css)}" cx="{px(x):.1f}" cy="{py(y):.1f}" r="3"><title>{escape(title)}</title></circle>'
            )
        x, y = series.points[-1]
        out.append(
            f'<text class="name {escape(series.css)}" x="{px(x) + 8:.1f}" y="{py(y) + 4:.1f}">{escape(series.name)}</text>'
        )
    out.append("</svg>")
    return Markup("".join(out))  # noqa: S704 - every text above is escaped
