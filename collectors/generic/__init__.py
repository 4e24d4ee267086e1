"""Reading pages that no source file describes: by their markup and their structure."""

from collectors.generic.reader import read

__all__ = ["read"]
