"""No planted secret survives, however it is spelled, and nothing else is touched."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report.redaction import MASK, Redaction, spellings

LICENCE = 'acme"7f:9/licence=='
KEY = "sk-Ab12_cd34-EF56"
TOKEN = "bt-st-Zz98yy76xx54"
KNOWING = Redaction(frozenset({LICENCE}))
UNKNOWING = Redaction()

secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=40)


@given(secrets, st.binary(max_size=7), st.binary(max_size=7))
def test_known_secret_survives_no_spelling(secret: str, before: bytes, after: bytes) -> None:
    """A known secret is removed as it is, quoted, in hexadecimal, and base64 at any alignment."""
    raw = secret.encode()
    redaction = Redaction(frozenset({secret}))
    encoded = base64.b64encode(before + raw + after).decode()
    assert secret not in redaction.text(f"a {secret} b")
    assert MASK in redaction.text(quote(secret, safe=""))
    assert MASK in redaction.text(json.dumps(secret))
    assert MASK in redaction.text(raw.hex())
    assert MASK in redaction.text(encoded)
    assert MASK in redaction.text(encoded.translate(str.maketrans("+/", "-_")))


@pytest.mark.parametrize("secret", [KEY, TOKEN])
@pytest.mark.parametrize("shape", ["{}", "key={}&x=1", '{{"k": "{}"}}', "/v1/{}/x", "({})"])
def test_unknown_token_is_recognised(secret: str, shape: str) -> None:
    """What looks like a key or a service token is removed, known or not."""
    redacted = UNKNOWING.text(shape.format(secret))
    assert secret not in redacted
    assert redacted == shape.format(MASK)


@given(st.sampled_from([KEY, TOKEN]), st.binary(max_size=9), st.binary(max_size=9))
def test_unknown_token_is_recognised_in_base64(token: str, before: bytes, after: bytes) -> None:
    """A token inside of base64, of either alphabet and at any alignment, is removed as well."""
    whole = before + b" " + token.encode() + b" " + after
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(whole).decode()
        assert encoded.rstrip("=") not in UNKNOWING.text(f"x: {encoded}!")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("authorization: Bearer whatever", f"authorization: Bearer {MASK}"),
        ("Authorization: Basic dTpw", f"Authorization: Basic {MASK}"),
        ("'Authorization': 'abc.def'", f"'Authorization': '{MASK}'"),
        ('"authorization", "Token abc"', f'"authorization", "Token {MASK}"'),
        ("Proxy-Authorization: xyz", f"Proxy-Authorization: {MASK}"),
        ("-H 'authorization: Bearer a1b2c3d4e5'", f"-H 'authorization: Bearer {MASK}'"),
        ("it sent bearer abcdef123456", f"it sent bearer {MASK}"),
        ("https://me:pass@host/x", f"https://{MASK}@host/x"),
    ],
)
def test_authorization_is_removed(text: str, redacted: str) -> None:
    """The value of an Authorization header is removed wherever it stands."""
    assert UNKNOWING.text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "authorization: Bearer digest:0123456789ab",
        "-H 'authorization: Bearer '\"$BRAINTRUST_API_KEY\"",
        "the bearer of the message; basic authentication is not enough",
        "risk-management-2030 and task-master-9000",
        "/v1/project/8b9a1c52-7d1c-4b1e-9f0a-3c2d1e0f9a8b?limit=10",
        "SGVsbG8gV29ybGQhIEhlbGxvIFdvcmxkIQ==",
        "http://127.0.0.1:4000/v1/project",
        "sk-",
        "",
    ],
)
def test_everything_else_stays(text: str) -> None:
    """Digests, variables, prose, ids and data that hide no token stay as they are."""
    assert KNOWING.text(text) == text


@given(st.text())
def test_redacting_again_changes_nothing(text: str) -> None:
    """What was redacted stays as it is."""
    once = KNOWING.text(f"{text} {KEY} {LICENCE}")
    assert KNOWING.text(once) == once


def test_document_is_redacted_everywhere() -> None:
    """Every string of a JSON value is redacted, keys and nested lists too; the rest is kept."""
    document = {"n": 1, "t": True, "x": None, "l": [KEY, {LICENCE: [f"a {TOKEN}"]}], "f": 0.5}
    assert KNOWING.document(document) == {
        "n": 1,
        "t": True,
        "x": None,
        "l": [MASK, {MASK: [f"a {MASK}"]}],
        "f": 0.5,
    }


@pytest.mark.parametrize(
    "name", ["SERVICE_TOKEN_SECRET_KEY", "BRAINSTORE_LICENSE_KEY", "DB_PASSWORD", "authorization"]
)
def test_value_with_a_secret_name_is_removed(name: str) -> None:
    """What is named as a secret is one, whatever it looks like."""
    assert UNKNOWING.document({name: "short", "ORG_NAME": "acme"}) == {
        name: MASK,
        "ORG_NAME": "acme",
    }


def test_empty_value_with_a_secret_name_stays() -> None:
    """That a secret is not set may be seen."""
    assert UNKNOWING.document({"LICENSE_KEY": ""}) == {"LICENSE_KEY": ""}


def test_learning_adds() -> None:
    """What is learnt later is removed from then on, beside what was known before."""
    learnt = KNOWING.learn("another-secret")
    assert learnt.text(f"{LICENCE} another-secret") == f"{MASK} {MASK}"


def test_short_secrets_are_left_alone() -> None:
    """A known secret of a few letters is not searched for: it would empty the report."""
    assert spellings(frozenset({"", "a", "12345"})) == ()
