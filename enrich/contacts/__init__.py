"""How a seller can be reached and paid: identifiers with spans, checks and their role in a text."""

from enrich.contacts.reader import Contacts

__all__ = ["Contacts"]
