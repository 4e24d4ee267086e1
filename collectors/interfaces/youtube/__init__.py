"""YouTube by its Data API, version 3: search, videos, comments and channels.

Methods, parameters and fields are those of developers.google.com/youtube/v3/docs: ``search.list``,
``videos.list``, ``playlistItems.list``, ``commentThreads.list``, ``comments.list`` and
``channels.list``. Quota by developers.google.com/youtube/v3/determine_quota_cost: 100 searches a
day of their own, each page one; 10,000 units for all else, one a request; both until midnight in
California. The key goes into the header ``X-Goog-Api-Key`` and never into an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from collectors.interfaces.answers import Item, read_object
from collectors.interfaces.found import Found
from collectors.interfaces.interface import Interface, Term
from collectors.interfaces.places import address, asked, changed, path_of
from collectors.interfaces.youtube import records
from collectors.interfaces.youtube.trouble import trouble
from collectors.records import PageReading, PageRecord
from config.sources import Source
from model.errors import Skip

BASE = "https://www.googleapis.com/youtube/v3"
AT_ONCE = 50
"""Ids in one request, and results a page of a search: as many as the interface takes."""

COMMENTS = 100
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{10,40}")
_PLAYLIST = re.compile(r"(?:PL|UU|LL|FL|OL|RD)[A-Za-z0-9_-]{10,60}")

Maker = Callable[[Item, str], PageRecord | None]


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """Searches for words and hashtags, then channels with their uploads, then playlists."""
    base, ask = _base(source), source.ask
    for term in terms:
        yield _search(source, base, term.text, term.language)
    for tag in ask.tags:
        yield _search(source, base, f"#{tag.lstrip('#')}", "")
    for name in (*ask.accounts, *ask.groups):
        if _PLAYLIST.fullmatch(name):
            yield _playlist(base, name)
        else:
            yield _uploads_of(base, name)


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer of one of the methods used; Skip for anything else."""
    return read_answer(read_object(payload), source, url, since)


def read_answer(answer: Item, source: Source, url: str, since: str = "") -> PageReading:
    """The same for an answer that is an object already."""
    page = _Page(answer, source, url, since)
    match answer.line("kind"):
        case "youtube#searchListResponse":
            return page.listed(records.found_video)
        case "youtube#playlistItemListResponse":
            return page.listed(records.listed_video)
        case "youtube#videoListResponse":
            return page.videos()
        case "youtube#channelListResponse":
            return page.channels()
        case "youtube#commentThreadListResponse":
            return page.threads()
        case "youtube#commentListResponse":
            return page.comments()
    raise Skip("no answer of the YouTube Data API that is known", reason="interface-error")


def question(url: str) -> str:
    """What is searched for at this address; empty for no search."""
    return asked(url, "q") if _method(url) == "search" else ""


def cost(url: str) -> Mapping[str, int]:
    """A search takes one of the day's searches, anything else one unit."""
    return {"search" if _method(url) == "search" else "units": 1}


class _Page:
    """One answer being read."""

    def __init__(self, answer: Item, source: Source, url: str, since: str) -> None:
        self._answer, self._source, self._url, self._since = answer, source, url, since
        self._base = _base(source)
        self._found = Found()

    def listed(self, maker: Maker) -> PageReading:
        """Videos found or listed: each is asked for by its id, for all that it says."""
        for item in self._items("row"):
            self._found.add(maker(item, self._base))
        ids = [one.native_id for one in self._found.records.values()]
        for some in _pieces(ids):
            self._found.lead(records.video_place(self._base, *some))
        self._next()
        return self._reading()

    def videos(self) -> PageReading:
        """Videos as they are; one asked for by itself that does not come is gone."""
        single = self._is_single("id")
        for item in self._items("" if single else "row"):
            record = records.video(item, self._base)
            self._found.add(record)
            counted = item.number("statistics", "commentCount")
            if record is not None and counted and self._source.ask.threads:
                self._found.lead(_threads(self._base, record.native_id))
        self._accounts()
        return self._single("post") if single else self._reading()

    def channels(self) -> PageReading:
        """Channels; those asked for by an officer lead to their uploads."""
        single = self._is_single("id") or bool(asked(self._url, "forHandle"))
        for item in self._items("" if single else "row"):
            self._found.add(records.channel(item, self._base))
            uploads = item.line("contentDetails", "relatedPlaylists", "uploads")
            if _PLAYLIST.fullmatch(uploads):
                self._found.lead(_playlist(self._base, uploads))
        return self._single("profile") if single else self._reading()

    def threads(self) -> PageReading:
        """Comments of a video, with the first answers; where there are more, they are asked for."""
        for item in self._items("comment"):
            video = item.line("snippet", "videoId") or asked(self._url, "videoId")
            top = item.item("snippet", "topLevelComment")
            first = records.comment(top, self._base, video)
            self._found.add(first)
            shown = [*item.items("replies", "comments")]
            for number, reply in enumerate(shown, 1):
                there = reply.here(f"{item.where}, reply {number}")
                self._found.add(records.comment(there, self._base, video))
            if first and (item.number("snippet", "totalReplyCount") or 0) > len(shown):
                self._found.lead(_replies(self._base, first.native_id))
        self._accounts()
        self._next(until_since=False)
        return self._reading()

    def comments(self) -> PageReading:
        """Answers to a comment, or one comment asked for by its id."""
        single = self._is_single("id")
        for item in self._items("" if single else "comment"):
            self._found.add(records.comment(item, self._base))
        self._accounts()
        self._next(until_since=False)
        return self._single("comment") if single else self._reading()

    def _items(self, name: str) -> Iterator[Item]:
        for number, item in enumerate(self._answer.items("items"), 1):
            yield item.here(f"{name} {number}" if name else "")

    def _is_single(self, parameter: str) -> bool:
        given = asked(self._url, parameter)
        return bool(given) and "," not in given

    def _accounts(self) -> None:
        """The channels of those who wrote, where profiles are asked for."""
        if not self._source.ask.profiles:
            return
        written = (one.fields.get("seller_id", "") for one in self._found.records.values())
        for some in _pieces(sorted(set(filter(None, written)))):
            self._found.lead(records.channel_place(self._base, *some))

    def _next(self, *, until_since: bool = True) -> None:
        """The next page, unless nothing came, or what comes is older than what is wanted."""
        token = self._answer.line("nextPageToken")
        ended = until_since and self._found.is_older(self._since)
        if token and self._found.records and not ended and token != asked(self._url, "pageToken"):
            self._found.lead(changed(self._url, pageToken=token))

    def _reading(self, kind: str = "results", removed: str = "") -> PageReading:
        return self._found.reading(
            "youtube", self._url, self._answer.notes, kind=kind, removed=removed
        )

    def _single(self, kind: str) -> PageReading:
        if self._found.records:
            return self._reading(kind)
        return self._reading(removed="youtube shows nothing under this id")


def _search(source: Source, base: str, words: str, language: str) -> str:
    """A search for videos, newest first. No day is named: what is older ends it by itself."""
    query: dict[str, str | int] = {"q": words, "type": "video", "order": "date"}
    if language:
        query["relevanceLanguage"] = language
    if source.country:
        query["regionCode"] = source.country
    return address(base, "/search", part="snippet", maxResults=AT_ONCE, **query)


def _uploads_of(base: str, name: str) -> str:
    """Where a channel is told together with the list of its uploads."""
    parts = f"{records.CHANNEL_PARTS},contentDetails"
    if _CHANNEL.fullmatch(name):
        return address(base, "/channels", part=parts, id=name)
    return address(base, "/channels", part=parts, forHandle=f"@{name.lstrip('@')}")


def _playlist(base: str, playlist: str) -> str:
    parts = "snippet,contentDetails"
    return address(base, "/playlistItems", part=parts, playlistId=playlist, maxResults=AT_ONCE)


def _threads(base: str, video: str) -> str:
    query = changed(address(base, "/commentThreads", part="snippet,replies"), videoId=video)
    return changed(query, order="time", maxResults=COMMENTS, textFormat="plainText")


def _replies(base: str, comment: str) -> str:
    query = address(base, "/comments", part="snippet", parentId=comment)
    return changed(query, maxResults=COMMENTS, textFormat="plainText")


def _method(url: str) -> str:
    return path_of(url).rstrip("/").rpartition("/")[2]


def _base(source: Source) -> str:
    return source.start[0] if source.start else BASE


def _pieces(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    waiting = iter(ids)
    while some := tuple(islice(waiting, AT_ONCE)):
        yield some


INTERFACE = Interface("youtube", start, read, trouble, question, cost)
