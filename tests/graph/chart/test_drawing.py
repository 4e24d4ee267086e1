"""Pages: every label readable, marked, legible in any script, the same bytes every time."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.chart.draw import compose, render
from graph.chart.labels import Box, Word, place
from graph.chart.layout import layout
from graph.chart.page import HYPOTHESIS, Marking
from graph.chart.picture import Edge, Node, Picture, listed, readable, trimmed

MARKING = Marking("AMBER", "Intelligence only.", "An organisation", "demo")
KINDS = ("email", "phone", "messenger", "wallet", "pgp_key", "alias", "bank_account")


def picture(number: int, seed: int = 1) -> Picture:
    """A network of that many nodes, half of them actors with up to three names."""
    luck = random.Random(seed)
    actors = [
        Node(
            f"actor-{one:03}",
            "actor",
            listed([f"north:ringmember{one:03}{'x' * luck.randint(0, 9)}"] * luck.randint(1, 3)),
            rank=luck.random(),
            target=one == 0,
        )
        for one in range(number // 2)
    ]
    things = [
        Node(f"thing-{one:03}", KINDS[one % 7], (f"value{one}@{'long' * luck.randint(1, 5)}",))
        for one in range(number - len(actors))
    ]
    edges = [
        Edge(actor.uid, thing.uid, luck.choice(["uses", "mentions"]), 2, "2×")
        for thing in things
        for actor in luck.sample(actors, min(len(actors), luck.choice([2, 2, 3, 5])))
    ]
    return Picture("Network 1a2b", ("A note.",), (*actors, *things), tuple(edges), "run1")


@pytest.mark.parametrize(("number", "seed"), [(2, 1), (25, 2), (60, 3), (60, 4)])
def test_no_label_covers_another_and_none_is_missing(number: int, seed: int) -> None:
    shown = picture(number, seed)
    drawn = compose(shown, MARKING)
    assert drawn.labels.keys() == {node.uid for node in shown.nodes}
    for one, other in itertools.combinations(drawn.labels.values(), 2):
        assert not one.meets(other)


def test_labels_stand_on_the_page_and_off_the_legend() -> None:
    drawn = compose(picture(60, 5), MARKING)
    width, height = (side * drawn.figure.dpi for side in drawn.figure.get_size_inches())
    legend = drawn.figure.legends[0].get_window_extent()
    key = Box(legend.x0, legend.y0, legend.x1, legend.y1)
    for box in drawn.labels.values():
        assert box.within(Box(0, 0, width, height))
        assert not box.meets(key)


def test_a_page_is_marked_and_says_where_it_comes_from() -> None:
    figure = compose(picture(6), MARKING).figure
    texts = [text.get_text() for text in figure.texts]
    assert texts.count("TLP:AMBER") == 2
    assert any(HYPOTHESIS in text for text in texts)
    assert any("An organisation · workspace demo · run run1" in text for text in texts)
    made_up = dataclasses.replace(MARKING, made_up=True)
    assert any("made up" in text.get_text() for text in compose(picture(6), made_up).figure.texts)


@pytest.mark.parametrize(
    ("file_format", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_the_same_picture_gives_the_same_bytes_without_a_date(file_format, begins) -> None:
    first, second = (render(picture(12), MARKING, file_format) for _ in range(2))
    assert first == second
    assert first.startswith(begins)
    assert b"dc:date" not in first
    assert b"CreationDate" not in first


@pytest.mark.parametrize(
    "text",
    [
        "$\\frac{1}$ $\\nosuchthing$",
        "象牙 งาช้าง عاج",
        "a\x00b\u202ec\n\td",
        "🐘" * 9,
        "\ud800",
        "<b>&amp;",
    ],
)
def test_hostile_names_are_drawn_without_a_warning(text: str) -> None:
    nodes = (Node("a", "account", (readable(text),)), Node("b", "unheard-of", (readable(text),)))
    shown = Picture(readable(text), (readable(text),), nodes, (Edge("a", "b", "uses"),))
    for file_format in ("svg", "png", "pdf"):
        assert render(shown, MARKING, file_format)


def test_a_large_picture_keeps_the_strongest_and_says_what_is_left_out() -> None:
    whole = picture(130)
    shown = trimmed(whole)
    assert len(shown.nodes) <= 60
    assert any("left out" in note for note in shown.notes)
    assert "actor-000" in {node.uid for node in shown.nodes}
    kept = {node.uid for node in shown.nodes}
    assert all({edge.left, edge.right} <= kept for edge in shown.edges)
    assert trimmed(picture(60)) == picture(60)


def test_an_empty_picture_is_a_page() -> None:
    assert render(Picture("Nothing", (), (), ()), MARKING, "svg")


def test_layout_depends_on_nothing_but_nodes_and_edges() -> None:
    shown = picture(40)
    turned = layout(shown.nodes[::-1], shown.edges[::-1])
    assert layout(shown.nodes, shown.edges) == turned
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in turned.values())


words = st.builds(
    Word,
    x=st.floats(0, 800),
    y=st.floats(0, 600),
    radius=st.floats(2, 12),
    width=st.floats(5, 160),
    height=st.floats(6, 40),
)


@settings(deadline=None)
@given(st.lists(words, max_size=40))
def test_placed_words_never_meet_each_other_or_a_point(given_) -> None:
    frame = Box(0, 0, 800, 600)
    placed = [one.box for one in place(given_, frame) if one]
    assert all(box.within(frame) for box in placed)
    assert not any(one.meets(other) for one, other in itertools.combinations(placed, 2))
    points = [Box(w.x - w.radius, w.y - w.radius, w.x + w.radius, w.y + w.radius) for w in given_]
    assert not any(box.meets(point) for box in placed for point in points)


@given(st.text())
def test_readable_text_is_one_short_line(text: str) -> None:
    assert len(readable(text)) <= 34
    assert not set(readable(text)) & set("\n\r\t\x00\u202e\u2028")
