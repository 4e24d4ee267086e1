"""Pages that are no content are told from content, and content with their words from them."""

from __future__ import annotations

import pytest

from collectors.reading import page_rows, read_page

LONG = (
    "<p>" + "Cast bronze figure of a heron on a marble base, signed, with light wear. " * 8 + "</p>"
)
MENU = "<nav><a href='/'>Home</a> <a href='/login'>Login</a> <a href='/register'>Register</a></nav>"

NOT_CONTENT = {
    "login form": (
        "login",
        (
            f"<title>Quarry - Login</title>{MENU}<h1>Login</h1><form><input name=u>"
            "<input type=password name=p><input type=submit></form>"
        ),
    ),
    "login form with a captcha": (
        "login",
        (
            "<title>Quarry</title><form><input name=u><input type=password name=p>"
            "<img src='/captcha.php'><input name=captcha></form>"
        ),
    ),
    "login form with much advice": (
        "login",
        "<title>Sign in</title><h2>Sign in</h2><form><input name=u><input type=password></form>"
        "<p>" + "Check the address before you enter your password. " * 20 + "</p>",
    ),
    "registration": (
        "login",
        (
            "<title>Register</title><h1>Register</h1><form><input name=u>"
            "<input type=password name=a>"
            "<input type=password name=b><input name=pin></form>"
        ),
    ),
    "redirect to login": (
        "login",
        "<html><head><meta http-equiv=refresh content='0; url=/auth/login'></head></html>",
    ),
    "captcha": (
        "captcha",
        (
            "<title>Quarry</title><form method=post><p>Enter the characters you see</p>"
            "<img src='data:image/png;base64,AAAA' class=captcha><input name=captcha><button>"
            "Go</button>"
        ),
    ),
    "clock captcha": (
        "captcha",
        (
            "<title>Human verification</title><h1>Are you human?</h1><form><p>"
            "What time does it show?"
            "</p><input name=hour><input name=minute></form>"
        ),
    ),
    "browser check": (
        "queue",
        (
            "<title>Just a moment...</title><h1>shop.example</h1><p>Checking your browser before "
            "accessing shop.example.</p><div id=challenge-form></div>"
        ),
    ),
    "waiting room": (
        "queue",
        (
            "<title>Access Queue</title><meta http-equiv=refresh content=15><h2>"
            "You are in a queue</h2>"
            "<p>Your position: 112. Estimated wait: 3 minutes.</p>"
        ),
    ),
    "anti-DDoS with a captcha": (
        "queue",
        "<title>DDOS Protection</title><form><img src=/c.png class=captcha><input name=captcha>",
    ),
    "not found": ("error", f"<title>404 Not Found</title>{MENU}<h1>Not Found</h1><p>nginx</p>"),
    "bad gateway": ("error", "<title>502 Bad Gateway</title><center><h1>502 Bad Gateway</h1>"),
    "listing taken down": (
        "error",
        f"<title>Quarry</title>{MENU}<div><h3>Listing not found</h3></div>",
    ),
    "ended auction in German": (
        "error",
        f"<title>Kleinmarkt</title>{MENU}<p>Die gewünschte Anzeige ist nicht mehr verfügbar.</p>",
    ),
    "Chinese error": ("error", "<title>提示</title><p>页面不存在</p>"),
    "seized": ("error", "<title>Notice</title><h1>This hidden site has been seized</h1>"),
    "no results": (
        "empty",
        f"<title>Search - Quarry</title>{MENU}<h2>Search</h2><p>No results found.</p>",
    ),
    "nothing": ("empty", "<html><body></body></html>"),
    "white space": ("empty", " \n\n "),
    "only a script": ("empty", "<script>document.write('x')</script>"),
}

CONTENT = {
    "listing with a login link and a captcha in the text": (
        "listing",
        (
            f"<title>Heron - Quarry</title>{MENU}<h1>Heron</h1><p>Vendor: <a href=/u/attic>"
            f"attic</a></p>"
            "<p>Price: USD 120</p><p>No captcha needed to order. Error 404 is my favourite band. "
            "Please wait for my answer, then log in again.</p><button>Buy now</button>"
        ),
    ),
    "short listing": (
        "listing",
        (
            "<title>Heron</title><h1>Heron</h1><p>Seller: <a href=/user/attic>attic</a></p>"
            "<p>Price: 120 EUR</p>"
        ),
    ),
    "listing with a hidden login form": (
        "listing",
        (
            "<title>Heron</title><div class=modal style='display:none'><form><input name=u>"
            "<input type=password></form></div><h1>Heron</h1><p>Seller: <a href=/user/attic>"
            "attic</a>"
            f"</p><p>Price: 120 EUR</p>{LONG}"
        ),
    ),
    "listing with a login form in its head": (
        "listing",
        (
            "<title>Heron</title><header><form><input name=u><input type=password></form></header>"
            f"<h1>Heron</h1><p>Seller: <a href=/user/attic>attic</a></p><p>Price: 120 EUR</p>{LONG}"
        ),
    ),
    "listing of a captcha service": (
        "listing",
        (
            "<title>Captcha solving, 1000 pieces - Quarry</title><h2>"
            "Captcha solving, 1000 pieces</h2>"
            "<p>Vendor: <a href=/u/bot>bot</a></p><p>Price: USD 5</p><p>Ships to: Worldwide</p>"
            "<button>Buy now</button>"
        ),
    ),
    "listing named like an error": (
        "listing",
        (
            "<title>Error coin 1972, 500 mg silver</title><h1>Error coin 1972, 500 mg silver</h1>"
            "<p>Seller: <a href=/user/mint>mint</a></p><p>Price: 45 USD</p><button>Buy now</button>"
        ),
    ),
    "sold listing": (
        "listing",
        (
            "<title>Heron</title><h1>Heron</h1><p>Seller: <a href=/user/attic>attic</a></p>"
            f"<p>Price: 120 EUR</p><p>This item is no longer available.</p>{LONG}"
        ),
    ),
    "profile with a phone number that looks like a status": (
        "profile",
        (
            "<title>attic</title><h1>attic</h1><p>Member since 2020-01-02</p>"
            "<p>WhatsApp: +1 404 555 0149</p>"
        ),
    ),
    "article about captchas": (
        "page",
        "<title>How sites use a captcha</title><h1>How sites use a captcha</h1>" + LONG * 4,
    ),
}


@pytest.mark.parametrize("name", sorted(NOT_CONTENT))
def test_no_content_is_recognised_and_has_no_record(name: str) -> None:
    kind, page = NOT_CONTENT[name]
    reading = read_page(page.encode())
    assert (reading.kind, reading.records) == (kind, ())
    assert not reading.is_content
    (row,) = page_rows(reading)
    assert row["kind"] == kind


@pytest.mark.parametrize("name", sorted(CONTENT))
def test_content_with_the_same_words_stays_content(name: str) -> None:
    kind, page = CONTENT[name]
    reading = read_page(page.encode())
    assert reading.kind == kind
    assert reading.records
