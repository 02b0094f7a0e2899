"""What hypothesis draws for the suites: names, addresses, identifiers, spellings of a header.

The hard cases that every run must try are lists beside the strategies, for `@example`.
"""

from __future__ import annotations

from hypothesis import strategies as st

PLAIN_NAME = "plain name"
NAMES_IN_EVERY_SCRIPT = (
    "Übergrößenträger Ärger",
    "評価データセット 実験",
    "تقييم النماذج",
    "оценка моделей",
    "🧪 emoji 👩🏽\u200d🔬 \U0001d518\U0001d52b\U0001d526",
)
HARD_NAMES = (
    "Cafe\u0301 e\u0308 A\u030a \u1e9b\u0323 \u2126 \ufb01",
    '"quoted" \'single\' \\back\\slash\\ <b>&amp;</b> %41%zz {"v":1}',
    "tab\tand \u2028 line \u2029 separators \u0085 \u200b\u200d\ufeff zero width",
    " blanks at both ends ",
    "right-to-left \u202eoverride\u202c שלום \u2066isolate\u2069",
    "line\nbreak\r\nand carriage",
    "control \x01\x1b[31m\x7f characters",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0010fffd \U000e0067",
    "long " * 52 + "ä漢🧪",
    "漢字🧪ä" * 130,
)

ADDRESSES = (
    "plus+tag@example.com",
    "first.last.of-many_parts@sub.domain.example.co",
    "MixedCase.Person@Example.COM",
    "o'brien!#$%&*/=?^`{|}~@example.org",
    f"{'a' * 48}@{'long-label-' * 5}x.{'another-label-' * 4}x.example",
)

NOT_TRUE = (
    "false",
    "0",
    "1",
    "no",
    "off",
    "yes",
    "on",
    "t",
    "null",
    "truefalse",
    "trueish",
    "untrue",
    "{}",
    '"true"',
    "[true]",
    '{"enable": true}',
)

FOREIGN_IDS = (
    "not-a-uuid",
    "42",
    "0",
    "018F4E2A-9C3B-7D10-8A5E-3F1B2C4D5E6F",
    "018f4e2a9c3b7d108a5e3f1b2c4d5e6f",
    "a.b.c",
    "name with blanks",
    "project",
    "fetch",
    "ünï-çødé",
    "[id]",
    "x" * 200,
)

HEADER = "x-bt-enable-audit"


def object_names() -> st.SearchStrategy[str]:
    """Names of objects: any Unicode text that UTF-8 can hold, up to hundreds of characters."""
    anything = st.characters(exclude_categories=["Cs"])
    printable = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"])
    astral = st.characters(min_codepoint=0x10000, exclude_categories=["Cs"])
    marks = st.characters(categories=["Mn", "Lu", "Ll", "Lo"])
    return st.one_of(
        st.text(printable, min_size=1, max_size=60),
        st.text(anything, min_size=1, max_size=60),
        st.text(astral, min_size=1, max_size=20),
        st.text(marks, min_size=1, max_size=40),
        st.text(printable, min_size=200, max_size=400),
    )


def email_addresses() -> st.SearchStrategy[str]:
    """ASCII e-mail addresses with what the local part may hold; the domain is an example's."""
    atom = st.text("abcxyzABCXYZ0189!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=20)
    local = st.lists(atom, min_size=1, max_size=4).map(".".join)
    domain = st.sampled_from(["example.com", "Example.ORG", "a.b.c.example.net"])
    return st.builds("{}@{}".format, local, domain)


def values_that_are_not_true() -> st.SearchStrategy[str]:
    """Header values that are not `true` in any letters, nor a list that names it."""
    drawn = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=12)
    near = st.sampled_from(["true", "True"]).flatmap(
        lambda word: st.sampled_from([word[:-1], word + "s", "not-" + word, word * 2, word + "1"])
    )
    return st.one_of(drawn, near).filter(is_not_true)


def is_not_true(value: str) -> bool:
    """Whether no reading of a header value gives `true`."""
    return "true" not in [item.strip().lower() for item in value.replace(";", ",").split(",")]


def spellings(name: str = HEADER) -> st.SearchStrategy[str]:
    """The name of a header in any mixture of small and capital letters."""
    return st.tuples(*(st.sampled_from([letter, letter.upper()]) for letter in name)).map("".join)


def foreign_ids() -> st.SearchStrategy[str]:
    """What stands in a path where an id belongs, and is none: no slash, no lone dots."""
    drawn = st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_characters="/\\\x7f"),
        min_size=2,
        max_size=40,
    ).filter(lambda text: text.strip(". \u0085\u00a0") == text and text.isprintable())
    return st.one_of(drawn, st.uuids().map(str))
