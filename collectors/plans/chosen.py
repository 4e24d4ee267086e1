"""The plan of a source: its terms, what they brought so far, and what is asked next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from collectors.interfaces import Term, interface_of
from collectors.plans.choose import Choice, Effort, choose
from collectors.plans.words import words_of
from config.sources import Source
from model.errors import ConfigurationError
from vault.searches import Planned, SearchStore
from vault.vault import Vault


def next_choices(vault: Vault, source: Source) -> list[Choice]:
    """What the next round would search for by its plan, in order, with reasons; none without one.

    Words that the source file gives are asked in any case, and are not among these.
    """
    plan = source.ask.plan
    if plan is None:
        return []
    terms = plan_words(source)
    given = set(source.ask.words)
    store = vault.searches(source.name)
    efforts = [
        Effort(one.round, one.planned.term, one.pages, one.new, one.answers)
        for one in store.searches()
    ]
    others = [term for term in terms if term.text not in given]
    return choose(others, efforts, plan.most, _offers(store, source) if efforts else {})


def _offers(store: SearchStore, source: Source) -> Mapping[str, int]:
    """How many answers to each term offer goods, as far as statements say so."""
    interface, found = interface_of(source.engine), Counter[str]()
    if interface is not None:
        for url, number in store.offers():
            found[interface.question(url)] += number
    return found


def terms_of(vault: Vault, source: Source) -> Sequence[Term]:
    """The terms that the source's plan gives a round that begins now."""
    return [choice.term for choice in next_choices(vault, source)]


def plan_words(source: Source) -> tuple[Term, ...]:
    """Every term the source's plan may come to; ConfigurationError names file, line and key."""
    plan = source.ask.plan
    if plan is None:
        return ()
    spoken = plan.languages or tuple(code for code in source.languages if len(code) == 2)
    try:
        return words_of(plan, spoken)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{source.place('ask', 'plan')}: {error.message}", remedy=error.remedy
        ) from None


def planned(terms: Sequence[Term]) -> list[Planned]:
    """Terms as the vault keeps them."""
    return [Planned(one.text, one.language, one.taxon, one.product, one.origin) for one in terms]
