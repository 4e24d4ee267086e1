"""What networks hand out of an account: "download your data", by person or by legal process.

Facebook, Instagram, TikTok and X are read. WeChat hands out nothing readable, and Signal only a
backup that is encrypted or a text of no documented form: both are handed in as saved pages.
"""

from __future__ import annotations
