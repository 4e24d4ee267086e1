"""Keyword plans: terms from the vocabulary, the most productive first, every one in its turn."""

from __future__ import annotations

from collectors.plans.choose import Choice, Effort, choose
from collectors.plans.chosen import next_choices, plan_words, planned, terms_of
from collectors.plans.words import known_languages, words_of

__all__ = [
    "Choice",
    "Effort",
    "choose",
    "known_languages",
    "next_choices",
    "plan_words",
    "planned",
    "terms_of",
    "words_of",
]
