"""The words a plan may come to: specific ones alone, others in pairs, each once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from collectors.plans import known_languages, plan_words, words_of
from collectors.plans.words import folded
from config.source_interface import Plan
from config.sources import Source
from config.vocabularies import load_vocabulary
from model.errors import ConfigurationError


def texts(plan: Plan, *languages: str) -> list[str]:
    return [term.text for term in words_of(plan, languages)]


def test_specific_words_stand_alone_and_weak_ones_in_pairs_only() -> None:
    found = texts(Plan(), "en", "nl")
    assert {"ivory", "ivoor", "tusk", "rhino horn", "tijgervel"} <= set(found)
    assert not {"horn", "skin", "bone", "tiger", "elephant", "tijger", "olifant"} & set(found)
    strong = {
        folded(word.written.strip("*"))
        for word in load_vocabulary().terms
        if not word.weak and word.role in ("taxon", "product", "code")
    }
    alone = [term for term in words_of(Plan(), ("en", "nl")) if " " not in term.text]
    assert {folded(term.text) for term in alone} <= strong


def test_no_word_is_a_false_friend_alone() -> None:
    friends = {
        (folded(word.written.strip("*")), word.language)
        for word in load_vocabulary().terms
        if word.role == "friend"
    }
    found = words_of(Plan(), ())
    assert not {(folded(term.text), term.language) for term in found} & friends


def test_every_word_is_there_once_and_says_what_it_is() -> None:
    found = words_of(Plan(), ())
    assert len({folded(term.text) for term in found}) == len(found)
    languages = {*known_languages(load_vocabulary()), "la"}
    for term in found:
        assert term.origin in ("taxon", "product", "both", "code word")
        assert term.language in languages
        assert not term.text.endswith(("*", "~"))
        assert term.taxon or term.product or term.origin == "code word"


def test_the_same_plan_gives_the_same_words_in_any_process() -> None:
    code = """if True:
        from collectors.plans import words_of
        from config.source_interface import Plan
        import hashlib
        print(hashlib.sha256(repr(words_of(Plan(), ())).encode()).hexdigest())
    """
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (1, 2)
    }
    assert len(digests) == 1


def test_an_empty_plan_speaks_every_language_the_trade_is_known_in() -> None:
    spoken = {term.language for term in words_of(Plan(), ())}
    assert spoken >= {"en", "de", "fr", "es", "zh", "ru", "nl", "vi", "th", "id", "ar", "sw"}


def test_code_words_come_beside_a_word_that_bears_them_out() -> None:
    code = [term for term in words_of(Plan(), ("en", "zh")) if term.origin == "code word"]
    found = {term.text: term for term in code}
    assert {"white plastic netsuke", "ivry", "白料 手串"} <= set(found)
    assert "white plastic" not in found
    assert found["ivry"].taxon == "Elephantidae"
    without = words_of(Plan(code_words=False), ("en", "zh"))
    assert not [term for term in without if term.origin == "code word"]


def test_a_taxon_brings_what_is_below_it_and_the_words_of_its_family() -> None:
    found = texts(Plan(taxa=("Loxodonta africana",)), "en", "sv")
    assert {"ivory", "elfenben", "Loxodonta africana"} <= set(found)
    assert not any("tiger" in text or "rhino" in text for text in found)
    cats = words_of(Plan(taxa=("Felidae",)), ("en",))
    assert {"Panthera tigris", "Panthera leo"} <= {term.taxon for term in cats}


def test_products_narrow_it_to_words_that_mean_them() -> None:
    skins = words_of(Plan(products=("SKI",), code_words=False), ("en",))
    assert {term.product for term in skins} == {"SKI"}
    tusks = texts(Plan(taxa=("Loxodonta africana",), products=("TUS",)), "nl")
    assert {"ivoor", "slagtand"} <= set(tusks)
    assert "ivoren armband" not in tusks


def test_where_a_language_has_no_word_for_both_the_two_are_asked_together() -> None:
    found = {term.text: term for term in words_of(Plan(), ("nl", "fr"))}
    pair = found["leeuw klauw"]
    assert (pair.taxon, pair.product, pair.origin) == ("Panthera leo", "CLA", "both")
    assert "tijger vel" not in found  # tijgervel is a word


def test_the_first_round_is_a_mixture() -> None:
    first = words_of(Plan(), ("en", "nl"))[:40]
    assert {term.language for term in first} >= {"en", "nl"}
    assert {term.origin for term in first} >= {"taxon", "both", "code word"}
    assert len({term.taxon for term in first}) >= 15


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (Plan(taxa=("Panthera tygris",)), "Panthera tygris"),
        (Plan(products=("XXX",)), "XXX"),
    ],
)
def test_what_the_vocabulary_does_not_know_is_refused(plan: Plan, says: str) -> None:
    source = Source(name="net", engine="mastodon", ask={"plan": plan.model_dump()})
    with pytest.raises(ConfigurationError, match=says):
        plan_words(source)


def test_the_languages_of_the_source_count_where_the_plan_names_none() -> None:
    source = Source(name="net", engine="mastodon", languages=("nl",), ask={"plan": {}})
    assert {term.language for term in plan_words(source)} == {"nl", "la"}
    given = Source(
        name="net", engine="mastodon", languages=("nl",), ask={"plan": {"languages": ["fr"]}}
    )
    assert {term.language for term in plan_words(given)} == {"fr", "la"}
    assert plan_words(Source(name="net", engine="mastodon", ask={"words": ["ivory"]})) == ()
