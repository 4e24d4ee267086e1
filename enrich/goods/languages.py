"""Which languages an advert speaks, told by the words of the vocabulary found in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from enrich.goods.folding import is_unspaced
from enrich.goods.matcher import ALWAYS_READ, Hit

_RELATED = ({"id", "ms"}, {"cs", "sk"}, {"da", "nb", "sv"}, {"ru", "uk", "bg"})
_KANA = re.compile("[\u3041-\u30fa]")
_ENOUGH = 0.5
_LEAST = 5
_FOREIGN = 4


def languages_of(hits: Iterable[Hit], declared: str, text: str) -> tuple[str, frozenset[str]]:
    """The main language and all that may be read: those that many words are of, and the one the
    record declares. A word of several languages gives each a share."""
    votes: defaultdict[str, float] = defaultdict(float)
    for hit in hits:
        languages = hit.entry.languages
        if languages:
            share = _weight(hit) / len(languages)
            for language in languages:
                votes[language] += share
    if "zh" in votes or "ja" in votes:
        kana = _KANA.search(text) is not None
        votes["ja" if kana else "zh"] += votes.pop("zh" if kana else "ja", 0.0)
    most = max(votes.values(), default=0.0)
    if declared:
        most = max(most, _FOREIGN * votes.get(declared, 0.0), _FOREIGN * _LEAST)
    spoken = {language for language, share in votes.items() if share >= max(_LEAST, _ENOUGH * most)}
    main = declared or min((lang for lang in spoken if votes[lang] == most), default="")
    spoken |= {main} - {""}
    for group in _RELATED:
        if spoken & group:
            spoken |= group
    return main, frozenset(spoken) | ALWAYS_READ


def _weight(hit: Hit) -> float:
    """By length, up to twelve letters; a letter of a script without spaces counts five times."""
    folded = hit.terms[0].written
    return min(12, (hit.end - hit.start) * (5 if is_unspaced(folded[:1]) else 1))
