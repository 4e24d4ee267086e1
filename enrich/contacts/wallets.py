"""Cryptocurrency addresses in text: only such as carry a right checksum where the coin has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from enrich.contacts.checksums import (
    RIPPLE58,
    base58check,
    bech32,
    cashaddr,
    decode_base58,
    eip55,
    monero,
    on_ed25519,
    segwit,
)
from enrich.contacts.patterns import compiled
from enrich.contacts.view import Found, Taken, View

RULE = "wallets/1"
_TOKEN = compiled(r"[0-9A-Za-z]{25,}")
_COIN_WORDS = compiled(
    r"(?i)\b(?:(?P<bch>bch|bitcoin ?cash)|(?P<ltc>ltc|litecoins?)|(?P<zec>zec|zcash)"
    r"|(?P<doge>doge|dogecoins?)|(?P<dash>dash)|(?P<sol>sol|solana|phantom)|(?P<btc>btc|bitcoins?))\b"
)
_SOLANA_WORDS = compiled(r"(?i)\b(?:sol|solana|phantom|spl|usdc|usdt)\b")

MAIN, TEST = "mainnet", "testnet"


class Version(NamedTuple):
    """What a Base58Check version byte stands for: coin and network."""

    coin: str
    network: str


_VERSIONS: Mapping[int, Version] = {
    0x00: Version("btc", MAIN),
    0x05: Version("btc", MAIN),
    0x6F: Version("btc", TEST),
    0xC4: Version("btc", TEST),
    0x30: Version("ltc", MAIN),
    0x32: Version("ltc", MAIN),
    0x3A: Version("ltc", TEST),
    0x1E: Version("doge", MAIN),
    0x16: Version("doge", MAIN),
    0x71: Version("doge", TEST),
    0x4C: Version("dash", MAIN),
    0x10: Version("dash", MAIN),
    0x8C: Version("dash", TEST),
    0x13: Version("dash", TEST),
    0x41: Version("trx", MAIN),
}
_LONG_VERSIONS: Mapping[bytes, Version] = {
    b"\x1c\xb8": Version("zec", MAIN),
    b"\x1c\xbd": Version("zec", MAIN),
    b"\x1d\x25": Version("zec", TEST),
    b"\x1c\xba": Version("zec", TEST),
}
_SHARED = {
    "bch": {0x00, 0x05, 0x6F, 0xC4},
    "ltc": {0x6F, 0xC4},
    "doge": {0xC4},
}
"""Coins whose addresses carry the same version byte as another's; a coin's name decides."""

_MONERO = {18: MAIN, 19: MAIN, 42: MAIN, 53: TEST, 54: TEST, 63: TEST, 24: TEST, 25: TEST, 36: TEST}
_SEGWIT = {"bc": ("btc", MAIN), "tb": ("btc", TEST), "ltc": ("ltc", MAIN), "tltc": ("ltc", TEST)}
_BECH32 = {
    "addr": ("ada", MAIN, 57),
    "zs": ("zec", MAIN, 43),
    "u": ("zec", MAIN, 0),
    "ztestsapling": ("zec", TEST, 43),
}


class Wallet(NamedTuple):
    """A valid address: coin, the address in its usual spelling, network, how sure."""

    coin: str
    address: str
    network: str
    confidence: float


def read_wallets(view: View, taken: Taken) -> Iterator[Found]:
    """The wallets in a view; overlong runs of letters and digits are none."""
    for match in _TOKEN.finditer(view.plain):
        start, end = match.span()
        if end - start > 512 or taken.touches(start, end):
            continue
        wallet = read_address(match.group(), _coin_near(view.plain, start))
        if wallet is None or (wallet.confidence < 0.95 and _glued(view.plain, start, end)):
            continue
        start = _with_prefix(view.plain, start, wallet)
        yield Found(
            "wallet",
            f"{wallet.coin}:{wallet.address}",
            start,
            end,
            wallet.confidence,
            f"{RULE}:{wallet.coin}",
            {"network": wallet.network},
        )


def read_address(token: str, coin_word: str = "") -> Wallet | None:
    """The wallet a token of letters and digits is; ``coin_word`` decides shared formats."""
    if token[:2] == "0x":
        return _ethereum(token)
    if len(token) in {95, 106}:
        return _monero_wallet(token)
    return _bech32_wallet(token) or _base58_wallet(token, coin_word) or _solana(token, coin_word)


def _ethereum(token: str) -> Wallet | None:
    digits = token[2:]
    if len(digits) != 40 or not all(c in "0123456789abcdefABCDEF" for c in digits):
        return None
    if not eip55(token) or len(set(digits)) < 6:
        return None
    mixed = digits not in {digits.lower(), digits.upper()}
    return Wallet("eth", token, MAIN, 0.99 if mixed else 0.9)


def _monero_wallet(token: str) -> Wallet | None:
    raw = monero(token)
    if raw is None or raw[0] not in _MONERO or len(raw) not in {65, 73}:
        return None
    return Wallet("xmr", token, _MONERO[raw[0]], 0.99)


def _bech32_wallet(token: str) -> Wallet | None:
    if prefix := segwit(token, tuple(_SEGWIT)):
        coin, network = _SEGWIT[prefix]
        return Wallet(coin, token.lower(), network, 0.99)
    if token[:1] in "qpQP" and len(token) == 42 and cashaddr(token, "bitcoincash"):
        return Wallet("bch", token.lower(), MAIN, 0.99)
    if token[:1] in "qpQP" and len(token) == 42 and cashaddr(token, "bchtest"):
        return Wallet("bch", token.lower(), TEST, 0.99)
    if not token.lower().startswith(tuple(f"{prefix}1" for prefix in _BECH32)):
        return None
    decoded = bech32(token)
    if decoded is None or decoded[0] not in _BECH32:
        return None
    coin, network, size = _BECH32[decoded[0]]
    enough = len(decoded[1]) * 5 // 8 == size if size else len(decoded[1]) > 60
    return Wallet(coin, token.lower(), network, 0.99) if enough else None


def _base58_wallet(token: str, coin_word: str) -> Wallet | None:
    if not 25 <= len(token) <= 36:
        return None
    if token[0] == "r" and (body := base58check(token, RIPPLE58)):
        return Wallet("xrp", token, MAIN, 0.99) if len(body) == 21 and body[0] == 0 else None
    body = base58check(token)
    if body is None or len(body) not in {21, 22}:
        return None
    known = _VERSIONS.get(body[0]) if len(body) == 21 else _LONG_VERSIONS.get(body[:2])
    if known is None or (body[0] == 0x05 and coin_word == "ltc"):
        return None  # Litecoin once wrote scripts like Bitcoin's: nobody can tell whose it is
    coin = coin_word if len(body) == 21 and body[0] in _SHARED.get(coin_word, ()) else known.coin
    return Wallet(coin, token, known.network, 0.99)


def _solana(token: str, coin_word: str) -> Wallet | None:
    """A Solana key has no checksum: it must be a curve point, and look random."""
    if not 43 <= len(token) <= 44:
        return None
    key = decode_base58(token)
    if key is None or len(key) != 32 or not on_ed25519(key):
        return None
    varied = len(set(token)) >= 20 and any(c.isdigit() for c in token)
    return Wallet("sol", token, MAIN, 0.9 if coin_word == "sol" else 0.4) if varied else None


def _coin_near(text: str, start: int) -> str:
    """The coin named last in the same line up to 40 characters before an address, or ``""``."""
    before = text[max(0, start - 40) : start].rpartition("\n")[2]
    coin = ""
    for match in _COIN_WORDS.finditer(before):
        coin = match.lastgroup or ""
    return coin or ("sol" if _SOLANA_WORDS.search(before) else "")


def _glued(text: str, start: int, end: int) -> bool:
    """Whether a token without checksum is part of something longer: Base64, a path, a name."""
    return text[start - 1 : start] in set("/+_=.-") or text[end : end + 1] in set("/+_=@-")


def _with_prefix(text: str, start: int, wallet: Wallet) -> int:
    """Where the address begins with the ``bitcoincash:`` that belongs to it."""
    prefix = "bitcoincash:" if wallet.network == MAIN else "bchtest:"
    if wallet.coin == "bch" and text[max(0, start - len(prefix)) : start].lower() == prefix:
        return start - len(prefix)
    return start
