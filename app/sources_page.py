"""The page on sources, made from their files: what is collected, limits, terms, proof, keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import typer

from collectors.access import PARTS, variable
from collectors.plans import words_of
from config.saved_pages import saved_pages
from config.sources import INTERFACES, Plan, Source, examples, shipped_sources

NOT_LIVE = "**not proved against the live service**"

HEAD = f"""\
# Sources

Made from the source files by `make docs`: those that are shipped, and the worked examples, one an
engine. A test holds it to them. What the words of a source file mean is in
[new-source.md](new-source.md), how to go about a collection in
[collection-guide.md](collection-guide.md).

Where it says {NOT_LIVE}, the collector was held against the
maker's documentation, a recording or a server of the same make on this machine, but never against
the service as it runs. Who has a key proves it in a minute, under a mandate:

```console
$ spoor sources check NAME --live
```

One search or one page is asked, sealed and read, and it is said what the service answered to the
key. `spoor sources check NAME` warns without asking anything where the terms forbid what the file
asks for; `spoor collect` says so once more. Whether a warrant or a law covers it all the same is
for those to decide who gave the mandate: terms bind whoever accepts them, and evidence got against
them will be asked about in court.
"""

INTERFACE_HEAD = """
## Interfaces

| source | what is collected | paging | limits | access | terms | how it was proved |
|---|---|---|---|---|---|---|
"""

PAGES_HEAD = """
## Sites read by their pages

A site of its own kind is one file; these are shipped, or examples to copy. Any other site is read
by the structure of its pages (`engine: generic`), without a file of its own for its layout.

| source | engine | what is collected | terms | how it was proved |
|---|---|---|---|---|
"""

KEYS = """
## Keys

Only keys, accounts and sessions of the agency itself, handed in by a person. Each part is looked
for in an environment variable, then in the file that the same name with `_FILE` names (which nobody
else may be able to read, outside the workspace), then in the keyring of the machine:

```console
$ spoor sources key NAME            # asks for it unseen, or reads standard input
$ spoor sources key NAME --forget
$ spoor sources show NAME           # which parts are there, and where; never their values
```

`NAME` in a variable is that of the source in capitals, with `_` for `-`. Servers without a keyring
do with variables and files.

| `interface.access.kind` | what is handed in, for a source `reef` |
|---|---|
"""

KEYS_END = """
Keys go into headers, to the source's own addresses only, over https only (or to an onion service,
or into your own network). Tokens got for them are held in memory, renewed before they end, and once
where the service refuses them. Whatever a server repeats of them is replaced by `[redacted]`
before anything is sealed, in all usual spellings, and the capture's `reading` says how often. Their
names and where they came from go into the custody log, with each run.

Reddit wants a user agent of the form `PLATFORM:APP-ID:VERSION (by /u/ACCOUNT)`: set
`collection.user_agent` in `spoor.toml`, such as `linux:org.example.agency:1.0 (by /u/agency)`.
"""

WORDS = """
## Words that are searched for

A plan (`ask.plan`) takes its words from the vocabulary: words that name goods by themselves
(`ivory`, `tijgervel`), code words beside a word that bears them out (`white plastic netsuke`), a
taxon and a product together where a language has no word for both, and names of traded taxa, also
scientific ones (`la`). Weak words (`tiger`) and false friends (`ivory dress`) are never searched
for alone. The more a word brought that was new, per request, and the more of that offers goods, the
earlier it is asked again; one in five is there in its turn, so that every word is tried sooner or
later. `spoor sources plan NAME` says what is next and why, `spoor sources searches NAME` what was
asked and what came of it.

Words a plan can come to that names neither taxa nor products:

"""


def sources_page() -> str:
    """The whole page, Markdown."""
    every = _every()
    asked = [source for source in every if source.engine in INTERFACES]
    read = [source for source in every if source.engine not in INTERFACES]
    return "".join(
        [
            HEAD,
            INTERFACE_HEAD,
            *map(_interface_row, asked),
            *_notes(asked),
            PAGES_HEAD,
            *map(_pages_row, read),
            *_notes(read),
            KEYS,
            *_key_rows(),
            KEYS_END,
            WORDS,
            _counts(),
        ]
    )


def _every() -> list[Source]:
    """Shipped sources and examples by name, each once."""
    found = {source.name: source for source in (*examples(), *shipped_sources())}
    return [found[name] for name in sorted(found)]


def _interface_row(source: Source) -> str:
    told = source.interface
    cells = [_name(source), told.collects, told.paging, _limits(source), _access(source)]
    return _row([*cells, _terms(source), _proof(source)])


def _pages_row(source: Source) -> str:
    kinds = sorted({page.kind for page in source.pages.values()})
    what = source.interface.collects or ", ".join(kinds) or "entries of feeds"
    return _row([_name(source), source.engine, what, _terms(source), _proof(source)])


def _name(source: Source) -> str:
    return f"`{source.name}`" + (f" {source.title}" if source.title else "")


def _limits(source: Source) -> str:
    told = source.interface
    parts = [told.limits]
    if told.rate is not None:
        parts.append(f"kept to: {told.rate.requests:,} in {told.rate.seconds:g} s")
    if told.quota is not None:
        units = ", ".join(f"{number:,} {name}" for name, number in told.quota.units.items())
        parts.append(f"kept to: {units} a day ({told.quota.timezone})")
    return "; ".join(filter(None, parts))


def _access(source: Source) -> str:
    access = source.interface.access
    if access.kind == "none":
        return "none"
    return f"{access.kind}, goes without too" if access.optional else access.kind


def _terms(source: Source) -> str:
    terms = source.interface.terms
    if terms is None:
        return "**none named**" if source.is_interface else "the site's own"
    name = f"[{terms.name}]({terms.url})" if terms.url.startswith("https:") else terms.name
    forbid = ", ".join(terms.forbids)
    return f"{name}, read on {terms.read_on}" + (f"; **forbid: {forbid}**" if forbid else "")


def _proof(source: Source) -> str:
    proofs = source.interface.proof
    parts = [f"{one.by}: {_line(one.what)}" for one in proofs]
    if number := len(saved_pages(source)):
        what = "answers" if source.is_interface else "pages"
        parts.append(f"{number} saved {what}, read field by field")
    if not source.is_interface:
        return "; ".join(parts) or "no saved pages stand beside its file"
    told = "; ".join(parts).replace(f"; {NOT_LIVE.strip('*')}", "")
    return told if any(one.live for one in proofs) else f"{told}; {NOT_LIVE}"


def _notes(sources: Iterable[Source]) -> Iterator[str]:
    """What a person should know of the terms before anything is asked."""
    noted = [source for source in sources if source.interface.terms and source.interface.terms.note]
    if noted:
        yield "\n"
    for source in noted:
        terms = source.interface.terms
        yield f"- `{source.name}`: {_line(terms.note if terms else '')}\n"


def _key_rows() -> Iterator[str]:
    for kind, parts in PARTS.items():
        names = (f"`{variable('reef', part)}` {part.what}" for part in parts)
        yield _row([kind, ", ".join(names) or "nothing"])


def _counts() -> str:
    counts = Counter(term.language for term in words_of(Plan(), ()))
    told = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    lines = [f"{language} {number}" for language, number in told]
    return f"{sum(counts.values()):,} in {len(counts)} languages: {', '.join(lines)}.\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_line(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    typer.echo(sources_page(), nl=False)
