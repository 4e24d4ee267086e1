"""Reading feeds: RSS, Atom and JSON Feed, known by their bytes whatever the server calls them."""

from collectors.feeds.reader import is_feed, read

__all__ = ["is_feed", "read"]
