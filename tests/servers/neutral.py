"""Plain sentences in eight languages about keeping house and garden; nothing about anybody."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Tongue(NamedTuple):
    """What can be said in one language: things, how they are, and whole sentences."""

    things: tuple[str, ...]
    kinds: tuple[str, ...]
    sentences: tuple[str, ...]


TONGUES = {
    "en": Tongue(
        ("watering can", "garden bench", "tea kettle", "bird feeder", "oak shelf", "wool blanket"),
        ("green", "small & handy", "hand-made", "folding", 'large 12"', "second-hand"),
        (
            "It stood in our kitchen for two years and shows little wear.",
            "Please measure the space first: the box is wider than it looks.",
            "Rinse it with warm water & let it dry in the shade.",
            "Ours came with 3 screws too many <and> one washer too few.",
            'The label says "do not tumble dry"; we did, and regretted it.',
            "Prices below 5 < 10 kg are the same; heavier parcels cost more.",
        ),
    ),
    "de": Tongue(
        ("Gießkanne", "Gartenbank", "Teekessel", "Futterhäuschen", "Eichenregal", "Wolldecke"),
        ("grün", "klein", "handgemacht", "klappbar", "groß", "gebraucht"),
        (
            "Das Stück stand zwei Jahre in der Küche und ist gut erhalten.",
            "Bitte vorher messen: Der Karton ist breiter, als er aussieht.",
            "Mit warmem Wasser spülen und im Schatten trocknen lassen.",
        ),
    ),
    "fr": Tongue(
        ("arrosoir", "banc de jardin", "bouilloire", "mangeoire", "étagère", "couverture"),
        ("vert", "léger", "fait à la main", "pliant", "très grand", "d’occasion"),
        (
            "Resté deux ans dans la cuisine, il est en très bon état.",
            "Mesurez d’abord : la boîte est plus large qu’elle n’en a l’air.",
            "À rincer à l’eau tiède et à laisser sécher à l’ombre.",
        ),
    ),
    "es": Tongue(
        ("regadera", "banco de jardín", "tetera", "comedero", "estantería", "manta de lana"),
        ("verde", "pequeña", "hecha a mano", "plegable", "grande", "usada"),
        (
            "Estuvo dos años en la cocina y apenas se nota.",
            "¿Cabe en casa? Mida primero: la caja es más ancha de lo que parece.",
            "Aclarar con agua tibia y dejar secar a la sombra.",
        ),
    ),
    "ru": Tongue(
        ("лейка", "садовая скамья", "чайник", "кормушка", "дубовая полка", "шерстяной плед"),
        ("зелёный цвет", "малый размер", "ручная работа", "складной вид", "новый", "б/у"),
        (
            "Два года простояло на кухне, следов почти нет.",
            "Сначала измерьте место: коробка шире, чем кажется.",
            "Промыть тёплой водой и высушить в тени.",
        ),
    ),
    "zh": Tongue(
        ("洒水壶", "花园长椅", "茶壶", "喂鸟器", "橡木架", "羊毛毯"),
        ("绿色", "小号", "手工制作", "可折叠", "大号", "二手"),
        (
            "在厨房放了两年，几乎没有磨损。",
            "请先量好尺寸：箱子比看上去宽。",
            "用温水冲洗，在阴凉处晾干。",
        ),
    ),
    "th": Tongue(
        ("บัวรดน้ำ", "ม้านั่งในสวน", "กาน้ำชา", "ที่ให้อาหารนก", "ชั้นไม้โอ๊ค", "ผ้าห่มขนแกะ"),
        ("สีเขียว", "ขนาดเล็ก", "ทำด้วยมือ", "พับได้", "ขนาดใหญ่", "มือสอง"),
        ("วางไว้ในครัวสองปี สภาพยังดี", "โปรดวัดพื้นที่ก่อน กล่องกว้างกว่าที่เห็น", "ล้างด้วยน้ำอุ่นแล้วผึ่งในที่ร่ม"),
    ),
    "vi": Tongue(
        ("bình tưới", "ghế vườn", "ấm trà", "máng ăn cho chim", "kệ gỗ sồi", "chăn len"),
        ("màu xanh", "cỡ nhỏ", "làm bằng tay", "gấp được", "cỡ lớn", "đã dùng"),
        (
            "Để trong bếp hai năm, hầu như không có vết xước.",
            "Xin đo chỗ trước: hộp rộng hơn vẻ ngoài.",
            "Rửa bằng nước ấm và phơi trong bóng râm.",
        ),
    ),
}  # fmt: skip


def title(dice: Random, language: str, number: int) -> str:
    """A short name of a thing; ``number`` makes it the only one of its kind."""
    tongue = TONGUES[language]
    thing, kind = dice.choice(tongue.things), dice.choice(tongue.kinds)
    return f"{thing[:1].upper()}{thing[1:]}, {kind}, No. {number}"


def sentences(dice: Random, language: str, least: int = 1, most: int = 4) -> str:
    """Some sentences one after the other."""
    said = TONGUES[language].sentences
    return " ".join(dice.choice(said) for _ in range(dice.randint(least, most)))
