from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bench.speed.benchmark import Plot
from bench.speed.plot import svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("is_log", [False, True])
def test_every_peer_has_its_points_within_the_picture_and_its_name(*, is_log: bool) -> None:
    plot = Plot("p", "g", "A & `B`", "lines", "us", is_log=is_log)
    lines = {"C": [(1.0, 50.0), (200.0, 350.0)], "pamkit": [(1.0, 3.0), (200.0, 48.0)]}
    picture = ElementTree.fromstring(svg(plot, lines))  # noqa: S314  # made two lines above
    dots = [
        (float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in picture.iter(f"{SVG}circle")
    ]
    assert len(dots) == 4
    assert all(0 < x < 780 and 0 < y < 420 for x, y in dots)
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"C", "pamkit", "A & B", "lines", "us"} <= set(texts)


def test_more_is_higher_and_further_right() -> None:
    plot = Plot("p", "g", "t", "x", "y")
    picture = ElementTree.fromstring(svg(plot, {"C": [(1, 1), (10, 5)]}))  # noqa: S314  # our own
    first, second = picture.iter(f"{SVG}circle")
    assert float(first.attrib["cx"]) < float(second.attrib["cx"])
    assert float(first.attrib["cy"]) > float(second.attrib["cy"])
