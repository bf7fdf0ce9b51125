"""Charts as SVG inside a page: no script draws them, and a table says the same. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from notify_project.admin.tables import table

# The drawing is stretched to its place, so only proportions count; words stand around it.
HEIGHT: Final = 100
_BAR_SHARE: Final = 0.8
MOST_LABELS: Final = 8
# Beyond them colours and dashes would not be told apart.
MOST_SERIES: Final = 6
_STEPS: Final = (1, 2, 2.5, 3, 4, 5, 6, 8, 10)
_LIST: Final = '<ul class="plot-legend">{}</ul>'
_KEY: Final = '<li><span class="plot-key plot-{}{}"></span>{}</li>'
_FIGURE: Final = (
    '<figure class="plot"><figcaption>{title}</figcaption>{legend}'
    '<div class="plot-area"><div class="plot-y" aria-hidden="true">{ticks}</div>'
    '<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
    'aria-label="{title}"><title>{title}</title>{grid}{shapes}</svg></div>'
    '<div class="plot-x" aria-hidden="true">{labels}</div>'
    "<details><summary>As a table</summary>{table}</details></figure>"
)


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers under one name, one for each label; None where there is none yet."""

    name: str
    values: Sequence[float | None]


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    beside: Sequence[Series] = (),
) -> SafeString:
    """Return bars, the series on top of each other; ``beside`` are lines to compare them with.

    Raises:
        ValueError: a series has not a number for each label, or there are too many.
    """
    return _figure(title, labels, series, beside)


def lines(title: str, labels: Sequence[str], series: Sequence[Series]) -> SafeString:
    """Return a line for each series.

    Raises:
        ValueError: a series has not a number for each label, or there are too many.
    """
    return _figure(title, labels, (), series)


def top_of(most: float, *, is_whole: bool = False) -> float:
    """Return the round number at which an axis ends that must hold ``most``.

    Args:
        most: the greatest number that is drawn.
        is_whole: whether only whole numbers are; then half of the answer is one, too.
    """
    size = 1.0
    while size * 10 < most:
        size *= 10
    ends = [step * size for step in _STEPS if step * size >= most]
    return next(end for end in ends if not is_whole or end % 2 == 0)


def _figure(
    title: str, labels: Sequence[str], stacked: Sequence[Series], drawn: Sequence[Series]
) -> SafeString:
    every = [*stacked, *drawn]
    if len(every) > MOST_SERIES or any(len(each.values) != len(labels) for each in every):
        raise ValueError(f"the chart {title!r} has series that do not fit it")
    if not any(value for each in every for value in each.values):
        return format_html(
            '<figure class="plot"><figcaption>{}</figcaption>'
            '<p class="plot-empty">nothing in this time</p></figure>',
            title,
        )
    numbers = [*_sums(stacked, len(labels)), *_numbers(drawn)]
    top = top_of(max(numbers), is_whole=all(isinstance(number, int) for number in numbers))
    return format_html(
        _FIGURE,
        title=title,
        legend=_legend(stacked, drawn) if len(every) > 1 else "",
        ticks=format_html_join("", "<span>{}</span>", ((_short(top * n / 2),) for n in (2, 1, 0))),
        width=len(labels),
        height=HEIGHT,
        grid=format_html_join(
            "",
            '<line class="plot-grid" x1="0" x2="{}" y1="{}" y2="{}"></line>',
            ((len(labels), y, y) for y in (0, HEIGHT / 2, HEIGHT)),
        ),
        shapes=format_html("{}{}", _bars(labels, stacked, top), _lines(stacked, drawn, top)),
        labels=_labels(labels),
        table=_table(labels, every),
    )


def _legend(stacked: Sequence[Series], drawn: Sequence[Series]) -> SafeString:
    keys = [(n, "", each.name) for n, each in enumerate(stacked, 1)]
    keys += [(n, " is-line", each.name) for n, each in enumerate(drawn, len(stacked) + 1)]
    return format_html(_LIST, format_html_join("", _KEY, keys))


def _bars(labels: Sequence[str], stacked: Sequence[Series], top: float) -> SafeString:
    rows = []
    for place, label in enumerate(labels):
        below = 0.0
        for n, each in enumerate(stacked, 1):
            value = each.values[place] or 0
            height = value * HEIGHT / top
            below += height
            if value:
                rows.append(
                    (
                        n,
                        round(place + (1 - _BAR_SHARE) / 2, 2),
                        round(HEIGHT - below, 2),
                        _BAR_SHARE,
                        round(height, 2),
                        f"{label}, {each.name}: {value:,.6g}",
                    )
                )
    rectangle = (
        '<rect class="plot-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
    )
    return format_html_join("", rectangle, rows)


def _lines(stacked: Sequence[Series], drawn: Sequence[Series], top: float) -> SafeString:
    rows = []
    for n, each in enumerate(drawn, len(stacked) + 1):
        points = " ".join(
            f"{place + 0.5},{round(HEIGHT - value * HEIGHT / top, 2)}"
            for place, value in enumerate(each.values)
            if value is not None
        )
        rows.append((n, points, each.name))
    line = '<polyline class="plot-line plot-{}" points="{}"><title>{}</title></polyline>'
    return format_html_join("", line, rows)


def _labels(labels: Sequence[str]) -> SafeString:
    every = -(-len(labels) // MOST_LABELS)
    shown = [
        (round(100 * (place + 0.5) / len(labels), 2), label)
        for place, label in enumerate(labels)
        if place % every == 0
    ]
    return format_html_join("", '<span style="left:{}%">{}</span>', shown)


def _table(labels: Sequence[str], series: Sequence[Series]) -> SafeString:
    rows = (
        (label, *("" if value is None else f"{value:,.6g}" for value in values))
        for label, *values in zip(labels, *(each.values for each in series), strict=True)
    )
    return table(("", *(each.name for each in series)), rows)


def _sums(stacked: Sequence[Series], length: int) -> list[float]:
    return [sum(each.values[place] or 0 for each in stacked) for place in range(length)]


def _numbers(drawn: Sequence[Series]) -> list[float]:
    return [value for each in drawn for value in each.values if value is not None]


def _short(number: float) -> str:
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if number >= size:
            return f"{number / size:g}{letter}"
    return f"{number:g}"
