"""Text in the encodings of the world, and how it is cut into passages."""

import pytest

from connectors.docs import text
from connectors.docs.document import Section, UnreadableError, clean, count_words, distinct_links, links_in
from connectors.docs.passages import LEAST, MOST, passages
from connectors.docs.worker import attempt

pytestmark = pytest.mark.row("N3")


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "Übung macht den Meister — 練習"),
        ("utf-8-sig", "Übung macht den Meister"),
        ("utf-16", "Übung macht den Meister"),
        ("utf-16-le", "Übung macht den Meister"),
        ("utf-16-be", "Übung macht den Meister"),
        ("utf-32", "Übung macht den Meister"),
        ("cp1252", "Grüße aus München, „schöne“ Straße – 5 €"),
        ("cp1252", "El niño comió mañana en España"),
        ("cp1250", "Zażółć gęślą jaźń, proszę bardzo, dziękuję"),
        ("cp1251", "Привет, как дела? Сегодня хорошая погода."),
        ("koi8-r", "Привет, как дела? Сегодня хорошая погода."),
        ("cp1253", "Καλημέρα κόσμε, πώς είσαι σήμερα"),
        ("shift_jis", "これは日本語のテキストです。今日はいい天気ですね。"),
        ("gb18030", "这是一个中文文本，今天天气很好，我们去公园吧。"),
    ],
)
def test_text_in_the_encodings_of_the_world(encoding, words):
    assert text.decode(words.encode(encoding)) == words


def test_a_few_zero_bytes_do_not_make_a_text_binary():
    assert text.decode("Grüße an alle\n".encode() * 10 + b"\0\0") == "Grüße an alle\n" * 10


def test_one_bad_byte_in_a_long_text_costs_one_character():
    long = "Grüße ".encode() * 20_000
    assert text.decode(long + b"\xff" + long).count("Grüße") == 40_000


def test_passages_keep_to_size_page_and_heading():
    long = " ".join(f"Sentence number {n} has six words." for n in range(300))
    sections = [
        Section("A", "# A"),
        Section("A", long),
        Section("B", "small", 2),
        Section("C", "tiny", 2),
        Section("D", "x", 3),
    ]
    cut = list(passages(sections))
    sizes = [count_words(piece.text) for piece in cut]
    assert all(LEAST <= size <= MOST + 30 for size in sizes[:4])
    assert all(piece.text.endswith(".") for piece in cut[:4]), "cut between sentences"
    assert [(piece.heading, piece.page, piece.text) for piece in cut[-2:]] == [("B", 2, "small\n\ntiny"), ("D", 3, "x")]
    assert " ".join("# A " + long for _ in [0]).split() == " ".join(piece.text for piece in cut[:-2]).split(), (
        "no word lost"
    )


def test_passages_of_a_script_without_spaces():
    cut = list(passages([Section("", "これは長い文章です。" * 200)]))
    assert len(cut) >= 4
    assert "".join(piece.text for piece in cut) == "これは長い文章です。" * 200


def test_text_is_clean_and_links_are_bounded():
    assert clean("a\r\nb\x00\x1b\ud800c\x0cd") == "a\nbc\nd"
    assert links_in("See https://a.example/x_(y), or (https://b.example/z). No: ftp://c") == [
        "https://a.example/x_(y)",
        "https://b.example/z",
    ]
    assert distinct_links(["javascript:x", "HTTPS://a.example", "https://a.example/\nb", "file:///etc/passwd"]) == [
        "HTTPS://a.example",
        "https://a.example/b",
    ]


def test_a_text_longer_than_is_kept():
    found = attempt("text", b"word " * 900_000)
    assert (found["state"], len(found["text"])) == ("too_large", 4_000_000)


def test_an_unreadable_text_says_so():
    with pytest.raises(UnreadableError, match="zero bytes"):
        text.decode(b"MZ\0\0\1\2\3" * 50)
