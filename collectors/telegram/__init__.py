"""Telegram by the agency's own account (MTProto): channels, groups, searches; read and never touch.

What is asked is a short list of requests that change nothing (:mod:`.client`); each answer is
sealed as lines of JSON before it is read (:mod:`.sealing`, :mod:`.reading`).
"""

from __future__ import annotations

from collectors.telegram.collecting import collect

__all__ = ["collect"]
