"""What comments do: price questions, answers in private, and the words that only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.talk_words import load_talk_words
from enrich.talk import LONGEST, Talk

TALK = Talk(load_talk_words())


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("Price?", ["asks_price"]),
        ("@bob price pls", ["asks_price"]),
        ("how much for the pair?", ["asks_price"]),
        ("what’s the price", ["asks_price"]),
        ("还有吗？多少钱", ["asks_price", "asks_availability"]),
        ("เท่าไหร่คะ", ["asks_price"]),
        ("Giá?", ["asks_price"]),
        ("сколько?", ["asks_price"]),
        ("PM", ["answers_private"]),
        ("pm me for details", ["answers_private"]),
        ("ib em nhé", ["answers_private"]),
        ("PM sent!", ["asks_private"]),
        ("Ist verkauft", ["sold"]),
        ("SOLD", ["sold"]),
    ],
)
def test_moves(text: str, moves: list[str]) -> None:
    assert list(TALK.moves(text)) == moves


SAID = {
    "asks_price": """whats the price
what is your price
how much u asking
Cost?
Was soll der kosten?
Was möchtest du dafür haben?
Wie teuer?
À combien ?
il coûte combien
Cuánto?
cuanto sale
por quanto vende
Qto custa
Valor?
Berapa om?
harga dong
minta harganya
giá ạ
bn vậy shop
ราคาครับ
ราคา?
多少
Ценник?
по чем
كم؟
السعر؟
Bei?
ni ngapi
best price?
last price pls""",
    "asks_availability": """Is it still there?
Dispo ?
encore là ?
disponible?
todavía lo tienes
ainda ta disponivel
msh ada
stok ada?
còn hàng ko
มีของไหม
还在么
有现货吗
ещё в продаже?
متوفر؟
bado ipo?""",
    "answers_private": """schreib mir privat
je vous mp
al privado
chama no whats
PV
japri ya
zalo em
ทักไลน์
加v
加我v
лс
в директ
عالخاص
خاص
njoo inbox
add me on telegram""",
    "asks_private": """check dm
inboxed you""",
    "sold": """schon weg
déjà parti
ya se vendio
udah laku
bán rồi
ขายไปแล้ว
卖掉了
продан
تم البيع
imeuzwa
Vendida""",
}
"""Comments as people write them under offers, in eleven languages, by the move that they are."""


@pytest.mark.parametrize(
    ("text", "move"), [(text, move) for move, said in SAID.items() for text in said.splitlines()]
)
def test_moves_in_many_languages(text: str, move: str) -> None:
    assert list(TALK.moves(text)) == [move]


@pytest.mark.parametrize(
    "text",
    [
        "the price of freedom",
        "priceless",
        "what a prize",
        "at 3 pm we meet",
        "he sold his soul",
        "Inboxes are full",
        "best price in town today",
        "the last price increase was bad",
        "the price for freedom is high",
        "طبق خاص جدا",
        "VB",
        "",
        " ",
        "price " * 100,
    ],
)
def test_words_that_only_look_like_it(text: str) -> None:
    assert TALK.moves(text) == ()


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(TALK.moves(text), tuple)
