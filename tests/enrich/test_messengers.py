"""Handles at messengers, in the spellings people use; ordinary words are never handles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(WICKR........ American79)", "wickr:American79"),
        ("wickr me: daplug010", "wickr:daplug010"),
        ("wickr id - wolfhon123", "wickr:wolfhon123"),
        ("W1ckr: shopkeeper", "wickr:shopkeeper"),
        ("w.i.c.k.r :--> legitmed007", "wickr:legitmed007"),
        ("wicker = baileyy", "wickr:baileyy"),
        ("my wickr id is ,,,,kerstone", "wickr:kerstone"),
        ("OUR Wickr me NAME/ID........rajuh247", "wickr:rajuh247"),
        ("via WICKR>>>>>>>> ID (healthstore)", "wickr:healthstore"),
        ("𝗪𝗶𝗰𝗸𝗿: shopman", "wickr:shopman"),
        ("contact us on Wickr at legitmed007 before", "wickr:legitmed007"),
        ("tg @ivory_man", "telegram:ivory_man"),
        ("telegram: @IvoryMan", "telegram:IvoryMan"),
        ("tellegram: daplug010", "telegram:daplug010"),
        ("телеграм: @slonbivni", "telegram:slonbivni"),
        ("write @ivory_man on telegram", "telegram:ivory_man"),
        ("@ivory_man (Telegram)", "telegram:ivory_man"),
        ("https://t.me/ivory_man", "telegram:ivory_man"),
        ("t.me/ivory_man?start=1", "telegram:ivory_man"),
        ("https://t.me/ivory_man/123", "telegram:ivory_man"),
        ("https://t.me/s/Ivory_Man?before=7", "telegram:Ivory_Man"),
        ("https://ivoryman.t.me", "telegram:ivoryman"),
        ("https://t.me/+AbC-dEf_gH12", "telegram:+AbC-dEf_gH12"),
        ("group: t.me/joinchat/AAAAbbbbCCCC", "telegram:+AAAAbbbbCCCC"),
        ("tg://join?invite=AbCdEfGh12", "telegram:+AbCdEfGh12"),
        ("tg://resolve?domain=ivory_man", "telegram:ivory_man"),
        ("https://t.me/+4915123456789", "telegram:+4915123456789"),
        ("wa.me/14242650978", "whatsapp:+14242650978"),
        ("https://api.whatsapp.com/send?phone=14242650978", "whatsapp:+14242650978"),
        ("What'sApp +1(424)265-0978", "whatsapp:+14242650978"),
        ("whatsapp 14242650978", "whatsapp:+14242650978"),
        ("text or whatsapp us via......+1 478 412 0391", "whatsapp:+14784120391"),
        ("+8618017673991 (WhatsApp)", "whatsapp:+8618017673991"),
        ("Viber: +380 67 123 4567", "viber:+380671234567"),
        ("signal: +49 1512 3456789", "signal:+4915123456789"),
        ("Signal: ivory.42", "signal:ivory.42"),
        ("Threema ID: ABCD1234", "threema:ABCD1234"),
        ("微信：elephant_88", "wechat:elephant_88"),
        ("加微信 xiang888", "wechat:xiang888"),
        ("WeChat ID: wxid_8sdf7", "wechat:wxid_8sdf7"),
        ("LINE ID: somchai99", "line:somchai99"),
        ("ไลน์: somchai99", "line:somchai99"),
        ("line.me/ti/p/~somchai99", "line:somchai99"),
        ("discord: trader#1234", "discord:trader#1234"),
        ("ICQ.....747220152", "icq:747220152"),
        ("ICQ 747-220-152", "icq:747220152"),
        ("minat WA +62 812-3456-7890", "whatsapp:+6281234567890"),
        ("kik id : marinatelabs", "kik:marinatelabs"),
        ("IG https://www.instagram.com/parrot_shop/", "instagram:parrot_shop"),
        ("snapchat: parrot.shop", "snapchat:parrot.shop"),
        ("skype: live:parrotman", "skype:live:parrotman"),
        ("facebook.com/parrot.shop.7", "facebook:parrot.shop.7"),
        ("@ivory:matrix.org", "matrix:ivory:matrix.org"),
        ("jabber: ivory@exploit.im", "jabber:ivory@exploit.im"),
        ("xmpp ivory@example.org", "jabber:ivory@example.org"),
        ("05" + "ab" * 32, "session:05" + "ab" * 32),
        ("Wickr Me - Bru89", "wickr:Bru89"),
        ("Wickr: mainshop for orders", "wickr:mainshop"),
        ("my telegram is shopman", "telegram:shopman"),
        ("call 07911 123456 or whatsapp", "whatsapp:+447911123456"),
        ("加QQ12345678", "qq:12345678"),
        ("เบอร์ 081-234-5678 ไลน์ somchai99", "line:somchai99"),
        ("Telegram @shop_one and @shop_two", "telegram:shop_two"),
    ],
)
def test_a_handle_is_read(values: Values, text: str, value: str) -> None:
    assert f"messenger {value}" in values(text, "GB", "TH")


@pytest.mark.parametrize(
    "text",
    [
        "Wickr now available for customers",
        "add me on wickr for prices",
        "please download wickr app and massage us after placing your order",
        "Wickr: available 24/7",
        "wickr 24/7",
        "drop your Wickr name here we will get back",
        "We are online and accept telegram orders",
        "Hacked Instagram Account and Password",
        "Telegram User Scraping",
        "TELEGRAM | FOLLOWERS | LIKES",
        "signal strength is good, line of credit",
        "online: jewellery. Bottom line: great",
        "Session: Monday",
        "matrix: steel",
        "whatsapp me",
        "whatsapp: 12345",
        "https://t.me/joinchat/AAAAAE",
        "https://www.instagram.com/p/Cabc123/",
        "https://facebook.com/groups/parrots",
        "wickr: contact support before you order",
        "snap: always fresh",
        "Telegram: fast answers",
        "Telegram: Gold members",
        "Wickr - simple and safe",
        "my telegram is the best",
        "accounts [Netflix, Btc, Instagram, Vpn]",
        "How To Hack Any Skype Account (Simple And Fast)",
        "FOR FASTER COMMUNICATION, CONTACT US THROUGH “WICKR ME”.",
        "",
    ],
)
def test_no_handle_is_made_up(values: Values, text: str) -> None:
    assert [one for one in values(text) if one.startswith("messenger")] == []


def test_services_named_together_share_a_handle(values: Values) -> None:
    assert set(values("Wickr / Telegram: ivory_man77")) == {
        "messenger wickr:ivory_man77",
        "messenger telegram:ivory_man77",
    }


def test_services_named_after_a_number_share_it(values: Values) -> None:
    found = values("+8618017673991 (WhatsApp, WeChat, Viber)")
    wanted = {f"messenger {name}:+8618017673991" for name in ("whatsapp", "wechat", "viber")}
    assert wanted | {"phone +8618017673991"} == set(found)


def test_each_service_keeps_its_own_handle(values: Values) -> None:
    text = "Telegram ID: @Enigmaplugs\nWickr: Enigmaplug\nWhatsapp: +16466853206\n+27639632632"
    assert set(values(text)) == {
        "messenger telegram:Enigmaplugs",
        "messenger wickr:Enigmaplug",
        "messenger whatsapp:+16466853206",
        "phone +16466853206",
        "phone +27639632632",
    }


def test_a_word_like_the_sellers_name_is_believed(values: Values) -> None:
    assert values("wickr pangolinshop", seller="PangolinShop") == ["messenger wickr:pangolinshop"]
    assert values("wickr pangolinshop") == []


def test_mail_that_is_also_jabber_is_both(values: Values) -> None:
    assert set(values("email/jabber: ivory@example.org")) == {
        "email ivory@example.org",
        "messenger jabber:ivory@example.org",
    }
