"""What Windows says, recognised and explained."""

import unicodedata
from pkgutil import iter_modules

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.doctor import causes as known_causes
from calvox.doctor import rules
from calvox.doctor.causes import Cause
from calvox.doctor.message_table import MESSAGES, Message
from calvox.doctor.messages import explain, nearest, recognise

TEXTS = [(text, known) for known in MESSAGES for text in known.texts]
ARTICLE = "La session distante a été déconnectée, car aucun serveur de licences Bureau à distance n’est disponible."
NO_SERVER, NO_CAL = MESSAGES[:2]


def causes(message: str) -> list[str]:
    """Give the causes as a person reads them."""
    return [str(cause.text) for cause in explain(message)]


def test_the_article_s_message_comes_with_the_article_s_causes_first() -> None:
    """No server named, then the way there, then the service; what follows is what the article leaves out."""
    found = causes(ARTICLE)
    firewall = next(at for at, cause in enumerate(found) if "firewall" in cause)
    stopped = next(at for at, cause in enumerate(found) if "TermServLicensing does not run" in cause)
    assert "not told any licence server" in found[0]
    assert firewall < stopped < 5
    assert any("not activated" in cause for cause in found)
    assert recognise(ARTICLE) == [NO_SERVER]


def disguises(text: str) -> list[str]:
    """Write a text as it may be typed, pasted or cut."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [
        text.upper(),
        bare.replace("’", "'").replace(",", ""),
        text.replace("’", " ").replace(" ", "  "),
        f"« {text}. »",
        f"[Window Title]\nRemote Desktop Connection\n[Content]\n{text}. Please contact the server administrator.\n[OK] [Help]",
        text.replace("license", "licence"),
        unicodedata.normalize("NFD", text),
    ]


@pytest.mark.parametrize(("text", "known"), TEXTS, ids=range(len(TEXTS)))
def test_a_text_is_recognised_in_every_disguise(text: str, known: Message) -> None:
    """Case, accents, quotes, punctuation, window titles and spelling do not matter."""
    assert recognise(text) == [known]
    for disguised in disguises(text):
        assert known in recognise(disguised), disguised


@pytest.mark.parametrize(("text", "known"), TEXTS, ids=range(len(TEXTS)))
def test_a_text_cut_short_is_recognised(text: str, known: Message) -> None:
    """Three quarters of it, cut within a word, with dots."""
    assert known in recognise(text[: len(text) * 3 // 4] + "…")


def test_a_text_cut_too_short_is_each_that_it_may_be() -> None:
    """Both messages begin alike."""
    assert recognise("The remote session was disconnected because") == [NO_SERVER, NO_CAL]
    assert recognise("La session distante a été déconnectée, car") == [NO_SERVER, NO_CAL]


def test_names_in_a_text_do_not_matter() -> None:
    """The Diagnoser puts the licence server's name into its sentence."""
    for name in ("LIC01", "lic01.corp.example", "10.1.2.3"):
        found = recognise(
            f"License server {name} is not available. This could be caused by network connectivity problems, the…"
        )
        assert [1131 in known.numbers for known in found] == [True]


@pytest.mark.parametrize("number", sorted({number for known in MESSAGES for number in known.numbers}))
def test_numbers_are_recognised(number: int) -> None:
    """Alone, or after the words that announce them; as events they stand in French too."""
    (known,) = [known for known in MESSAGES if number in known.numbers]
    for written in (
        f"{number}",
        f" {number} ",
        f"Event ID: {number}",
        f"ID d’événement : {number}",
        f"événement n° {number}",
    ):
        assert recognise(written) == [known], written
    for written in (f"Error code {number}", f"Code d'erreur : {number}", f"(Error: {number})"):
        assert recognise(written) == [known], written
    if number >= 256:
        assert recognise(f"Extended error code: {number:#x}") == [known]


def test_each_number_has_one_meaning() -> None:
    """Client codes and events do not collide."""
    numbers = [number for known in MESSAGES for number in known.numbers]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    "codes", [(2056, 2312, *range(256, 268)), (1003, 1004, 1011, 1028, 1043, 1061, 1068, 1069, *range(1128, 1134))]
)
def test_the_published_codes_are_all_there(codes: tuple[int, ...]) -> None:
    """Of the client and of the session host."""
    assert [code for code in codes if not explain(str(code))] == []


@pytest.mark.parametrize(
    "message",
    ["", " ", "120", "Windows Server 2008", "hello", "192.168.17.19", "the remote desktop session host server", "code", "0x1", "٢٥٧",
     "The printer on the second floor is out of paper and nobody has a key to the cupboard"],
)  # fmt: skip
def test_what_is_not_known_stays_unknown(message: str) -> None:
    """Nothing is guessed."""
    assert recognise(message) == []
    assert explain(message) == []


def test_something_like_a_message_is_suggested() -> None:
    """At most three, the nearest first; nothing where nothing is alike."""
    near = nearest("The session was disconnected, there is not any Remote Desktop server to give you a licence")
    assert 1 <= len(near) <= 3
    assert "License Servers" in near[0]
    assert nearest("xyzzy") == []


def test_text_and_code_together_give_the_causes_of_both_once() -> None:
    """The text's come first."""
    together = explain(f"{NO_CAL.texts[0]} (Extended error code: 257)")
    assert together[: len(NO_CAL.causes)] == list(NO_CAL.causes)
    assert len(together) == len(set(together))
    assert set(together) == {*NO_CAL.causes, *NO_SERVER.causes}


def test_every_message_is_complete() -> None:
    """It can be recognised, has a cause, and every cause says how to tell it and what to do."""
    for known in MESSAGES:
        assert known.texts or known.numbers
        assert known.causes
        assert len(known.causes) == len(set(known.causes)), str(known.meaning)
        for cause in known.causes:
            assert str(cause.tell)
            assert str(cause.remedy)


def test_the_rules_that_are_named_exist() -> None:
    """A cause points to rules of the doctor, by their names."""
    exist = {module.name.replace("_", "-") for module in iter_modules(rules.__path__)}
    named = {rule for known in MESSAGES for cause in known.causes for rule in cause.rules}
    assert named - exist == set()


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.text(max_size=400))
def test_anything_may_be_asked(message: str) -> None:
    """Whatever is typed gives a list."""
    assert isinstance(explain(message), list)
    assert len(nearest(message)) <= 3


def test_a_huge_message_costs_no_more_than_its_beginning() -> None:
    """Only the first two thousand characters count."""
    huge = ARTICLE + " x" * 5_000_000
    assert recognise(huge) == [NO_SERVER]
    assert nearest(huge)
    assert recognise("x " * 2000 + ARTICLE) == []


def test_every_cause_stands_behind_some_message() -> None:
    """None was written in vain."""
    written = {id(cause) for cause in vars(known_causes).values() if isinstance(cause, Cause)}
    assert written == {id(cause) for known in MESSAGES for cause in known.causes}
