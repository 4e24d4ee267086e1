"""Chats that WhatsApp wrote out as text ("Export chat"), alone or in a ZIP archive with media."""

from __future__ import annotations

from collectors.imports.whatsapp.reader import is_chat, read

__all__ = ["is_chat", "read"]
