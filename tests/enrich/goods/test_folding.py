"""Folding never loses the place of a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabularies import Term
from enrich.goods.folding import Folded, folded_words
from enrich.goods.matcher import Matcher, spellings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Défenses d'ÉLÉPHANT", ["defenses", "d", "elephant"]),
        ("Rotrücken-Ara", ["rotrucken", "ara"]),
        ("Straße ﬁn İvory", ["strasse", "fin", "ivory"]),
        ("出售ivory手镯", ["出售", "ivory", "手镯"]),
        ("งาช้าง แท้", ["งาช้าง", "แท้"]),
        ("kość słoniowa", ["kosc", "słoniowa".replace("ł", "l")]),
        ("iv\u00adory iv\u200bory", ["ivory", "ivory"]),
        ("", []),
        ("★✪ …", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert folded_words(text) == words


@given(st.text(max_size=60))
def test_every_word_of_the_line_points_at_its_text(text: str) -> None:
    folded = Folded(text)
    assert folded.line.startswith(" ")
    assert folded.line.endswith(" ")
    position = 0
    for word in folded.line.split(" "):
        if word:
            start, end = folded.span(position, position + len(word))
            assert 0 <= start < end <= len(text)
            assert "".join(folded_words(text[start:end])) == word
        position += len(word) + 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["ivory", "Straße", "象牙", "é", "e\u0301"]), st.integers(1, 4))
    )
)
def test_runs_of_blanks_move_no_place(parts: list[tuple[str, int]]) -> None:
    text = "".join(word + " " * blanks for word, blanks in parts)
    folded = Folded(text)
    position = 0
    found = []
    for word in folded.line.split(" "):
        if word:
            start, end = folded.span(position, position + len(word))
            found.append(text[start:end])
        position += len(word) + 1
    assert found == [word for word, _ in parts]


def _found(words: list[str], text: str) -> list[str]:
    matcher = Matcher(Term(word, "en", "taxon", word) for word in words)
    return [text[hit.start : hit.end] for hit in matcher.hits(Folded(text))]


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["tiger"], "tigers", []),
        (["tiger", "tiger shark"], "tiger sharks", ["tiger"]),
        (["tiger", "tiger shark"], "Tiger-Shark", ["Tiger-Shark"]),
        (["red parrot fish", "parrot"], "red parrot fishes", ["parrot"]),
        (["elfenbein*", "elfenbeinkette"], "Elfenbeinketten", ["Elfenbeinketten"]),
        (["*papagei"], "ein Graupapagei", ["Graupapagei"]),
        (["งาช้าง", "พลูงาช้าง"], "พลูงาช้างด่าง", ["พลูงาช้าง"]),
        (["象牙"], "出售象牙手镯", ["象牙"]),
        (["ivory"], "出售ivory手镯", ["ivory"]),
        (["a b", "b c"], "a b c", ["a b"]),
    ],
)
def test_longest_whole_words_from_the_left(words: list[str], text: str, found: list[str]) -> None:
    assert _found(words, text) == found


@pytest.mark.parametrize(
    ("written", "language", "text"),
    [
        ("Rotrücken-Ara", "de", "Rotrückenara"),
        ("Rotrücken-Ara", "de", "Rotrueckenaras"),
        ("Rotrücken-Ara", "de", "Rotrücken Aras"),
        ("African Elephant", "en", "african elephants"),
        ("Ara bleu", "fr", "Aras bleus"),
        ("Guacamayo azul", "es", "guacamayos azules"),
        ("Scimmia cappuccina", "it", "scimmie cappuccine"),
        ("Grijze papegaai", "nl", "grijze papegaaien"),
    ],
)
def test_regular_inflection_of_compiled_names(written: str, language: str, text: str) -> None:
    term = Term(written, language, "taxon", "x", kind="common")
    assert Folded(text).line in set(spellings(term))
