"""Public channels of Telegram as their previews on t.me show them: no account, one page a time.

``/s/NAME`` shows the newest messages of a channel, ``?before=ID`` older ones, ``?q=WORDS`` those
with these words; ``/NAME`` the card of a channel, group or person; ``/NAME/ID?embed=1`` one message
alone. Telegram documents the previews only as a feature (telegram.org/blog/privacy-revolution
#web-previews; core.telegram.org/widgets/post for single messages, both read 2026-11-22). The markup
is known from what others read it by: the modules for Telegram of snscrape and RSSHub.
"""

from __future__ import annotations

from collectors.interfaces.interface import Interface
from collectors.interfaces.telegram_web.addresses import question, start
from collectors.interfaces.telegram_web.page import read, trouble

__all__ = ["INTERFACE"]

INTERFACE = Interface(
    name="telegram-web", start=start, read=read, trouble=trouble, question=question
)
