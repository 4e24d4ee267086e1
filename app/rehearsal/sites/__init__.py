"""The four made-up sites: each module turns a world into that site's pages."""
