"""What Telegram's error words mean for a round: core.telegram.org/api/errors (read 2026-11-22).

The words are known by Telethon's classes, one a word. A class not named here is judged by its
family: 401 and 406 are about the account, 403 is not for us to see, 420 asks us to wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from telethon import errors

from collectors.web.failures import failure, of_proxy_error
from model.errors import CollectionError

LONGEST_WAIT = 86_400.0

_REASONS: Mapping[str, frozenset[str]] = {
    "token-refused": frozenset(
        {
            *("AccessTokenExpiredError", "AccessTokenInvalidError", "ApiIdInvalidError"),
            *("ApiIdPublishedFloodError", "AuthKeyDuplicatedError", "AuthKeyPermEmptyError"),
            *("AuthKeyUnregisteredError", "BotMethodInvalidError", "FrozenMethodInvalidError"),
            *("InputUserDeactivatedError", "PhoneNumberBannedError", "SessionExpiredError"),
            *("SessionPasswordNeededError", "SessionRevokedError", "UserDeactivatedBanError"),
            *("UserDeactivatedError", "AuthKeyInvalidError", "ConnectionApiIdInvalidError"),
            *("FrozenParticipantMissingError",),
        }
    ),
    "gone": frozenset(
        {
            *("UsernameNotOccupiedError", "InviteHashExpiredError", "InviteHashInvalidError"),
            *("InviteHashEmptyError", "MessageIdInvalidError", "MsgIdInvalidError"),
        }
    ),
    "bad-address": frozenset(
        {"UsernameInvalidError", "PeerIdInvalidError", "ChannelInvalidError", "ChatIdInvalidError"}
    ),
    "forbidden": frozenset(
        {
            *("ChannelPrivateError", "ChannelPublicGroupNaError", "ChatAdminRequiredError"),
            *("ChatForbiddenError", "ChatRestrictedError", "PremiumAccountRequiredError"),
            *("UserBannedInChannelError", "UserKickedError", "UserNotParticipantError"),
            *("UserPrivacyRestrictedError", "BroadcastForbiddenError", "ParticipantIdInvalidError"),
            *("UserBlockedError", "YouBlockedUserError", "PaymentRequiredError"),
        }
    ),
    "server-error": frozenset(
        {
            *("HistoryGetFailedError", "InterdcCallErrorError", "InterdcCallRichErrorError"),
            *("RpcCallFailError", "RpcMcgetFailError", "TimedOutError", "TimeoutError"),
            *("WorkerBusyTooLongRetryError", "NeedChatInvalidError", "MsgWaitFailedError"),
            *("ConnectionNotInitedError", "PersistentTimestampOutdatedError"),
        }
    ),
}
_BY_NAME = {name: reason for reason, names in _REASONS.items() for name in names}

_FAMILIES: tuple[tuple[type[errors.RPCError], str], ...] = (
    (errors.UnauthorizedError, "token-refused"),
    (errors.AuthKeyError, "token-refused"),
    (errors.ForbiddenError, "forbidden"),
    (errors.FloodError, "rate-limit"),
    (errors.InvalidDCError, "server-error"),
    (errors.ServerError, "server-error"),
    (errors.TimedOutError, "server-error"),
)
_BY_CODE: Mapping[int, str] = {
    401: "token-refused",
    403: "forbidden",
    406: "token-refused",
    420: "rate-limit",
}
_GARBLED = (
    errors.InvalidBufferError,
    errors.InvalidChecksumError,
    errors.SecurityError,
    errors.TypeNotFoundError,
    errors.BadMessageError,
)


def of_error(error: BaseException, where: str, *, route: str = "clear") -> CollectionError:
    """What an exception of Telethon means; ``where`` names what was asked for.

    A wait is obeyed to the second, up to a day. What Telethon's message says of the request is
    left out: it is ours.
    """
    if isinstance(error, errors.RPCError):
        return _of_word(error, where)
    if isinstance(error, errors.AuthKeyNotFound):
        return failure("token-refused", where, "Telegram does not know the session")
    if isinstance(error, _GARBLED):
        return failure("malformed", where, type(error).__name__)
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return failure("timeout", where)
    if "SOCKS" in str(error) or "proxy" in str(error).lower():
        return of_proxy_error(OSError(str(error)), where)
    return failure("circuit-broken" if route == "tor" else "broken-off", where)


def _of_word(error: errors.RPCError, where: str) -> CollectionError:
    seconds = getattr(error, "seconds", None)
    if isinstance(seconds, int) and not isinstance(seconds, bool):
        wait = min(max(float(seconds), 1.0), LONGEST_WAIT)
        return failure("rate-limit", where, f"wait {seconds} s", after=wait)
    reason = _BY_NAME.get(type(error).__name__) or _of_family(error)
    return failure(reason, where, _word(error))


def _of_family(error: errors.RPCError) -> str:
    for family, reason in _FAMILIES:
        if isinstance(error, family):
            return reason
    code = abs(error.code) if isinstance(error.code, int) else 0
    return _BY_CODE.get(code, "server-error" if 500 <= code < 600 else "interface-error")


def _word(error: errors.RPCError) -> str:
    """Telegram's own word, or what Telethon calls it; never what was asked."""
    plain = type(error) in errors.base_errors.values() or type(error) is errors.RPCError
    said = str(error.message or "")[:80] if plain else type(error).__name__.removesuffix("Error")
    return f"{error.code or ''} {said}".strip()
