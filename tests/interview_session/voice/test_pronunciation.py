"""What the keyless voice is given to say, and the phonemes that it makes of it."""

import pytest
from hibari.g2p import G2P

from app.interview_session.voice.services.pronunciation import WORDS, pronounced
from app.interview_session.voice.services.speakable import speakable


@pytest.fixture(scope="module")
def g2p() -> G2P:
    """Give what turns the voice's text into phonemes."""
    return G2P()


# The phonemes are those of the voice's own dictionary: A, I, O, W and Y are the vowels of day, my, go, now and boy.
HEARD = [
    # Numbers, versions and addresses.
    ("Use Python 3.11.", "jˈuz pˈIθˌɑn θɹˈi pˈYnt əlˈɛvᵊn."),
    ("Python 3.9", "pˈIθˌɑn θɹˈi pYnt nˈIn"),
    ("3.14 seconds", "θɹˈi pYnt wˈʌn fˈɔɹ sˈɛkəndz"),
    ("v2.0.1", "vˈɜɹʒən tˈu pˈYnt zˈɪɹO pˈYnt wˈʌn"),
    ("10.0.0.1", "tˈɛn dˈɑt zˈɪɹO dˈɑt zˈɪɹO dˈɑt wˈʌn"),
    ("1,000,000 rows", "wˈʌn mˈɪljᵊn ɹˈOz"),
    ("20k users", "twˈɛnti θˈWzᵊnd jˈuzəɹz"),
    ("returns 404", "ɹətˈɜɹnz fˈɔɹ ˈO fˈɔɹ"),
    # Units.
    ("20ms", "twˈɛnti mˈɪləsˌɛkəndz"),
    ("3 µs", "θɹˈi mˈIkɹOsˌɛkəndz"),
    ("512MB", "fˈIv hˈʌndɹəd twˈɛlv mˈɛɡəbˌIts"),
    ("5 GB", "fˈIv ɡˈɪɡəbˌIts"),
    ("100 req/s", "wˈʌn hˈʌndɹəd ɹəkwˈɛsts pɜɹ sˈɛkənd"),
    ("5k rps", "fˈIv θˈWzᵊnd ɹəkwˈɛsts pɜɹ sˈɛkənd"),
    ("30 s", "θˈɜɹTi sˈɛkəndz"),
    ("1 s", "wˈʌn sˈɛkənd"),
    # Acronyms.
    ("SQL", "sˈikwəl"),
    ("HTTP/2", "ˌAʧtˌitˌipˈi tˈu"),
    ("API", "ˌApˌiˈI"),
    ("JWTs", "ʤˌAdˌʌbᵊljutˈiz"),
    ("CI/CD", "sˌiˈI sˌidˈi"),
    ("AWS", "ˌAdˌʌbᵊljˌuˈɛs"),
    ("p99", "pˈi nˈIndi nˈIn"),
    ("p99.9", "pˈi nˈIndi nˈIn pˈYnt nˈIn"),
    ("k8s", "kˌubəɹnˈɛTiz"),
    ("i18n", "ˌɪntəɹnˌæʃᵊnələzˈAʃən"),
    ("an A/B test", "ɐn ˌAbˈi tˈɛst"),
    ("IPv6", "ˌIpˈi vˈi sˈɪks"),
    ("JSON", "ʤˈAsˌɑn"),
    # Names in code.
    ("snake_case", "snˈAk kˈAs"),
    ("`get_user_by_id`", "ɡɛt jˈuzəɹ bI ˈɪd"),
    ("`getUserById`", "ɡɛt jˈuzəɹ bI ˈɪd"),
    ("camelCase", "kˈæmᵊlkˌAs"),
    # Words that the voice would say wrong.
    ("kubectl", "kjˈubkəntɹˌOl"),
    ("nginx", "ˌɛnʤɪnˈɛks"),
    ("PostgreSQL", "pˈOstɡɹɛskjˌuˈɛl"),
    ("async", "ˈAsɪŋk"),
    ("Redis", "ɹˈɛdɪs"),
    ("REDIS", "ɹˈɛdɪs"),
    ("Redis's keys", "ɹˈɛdɪsᵻz kˈiz"),
    ("Redis-backed", "ɹˈɛdɪsbˈækt"),
    ("Kubernetes' pods", "kˌubəɹnˈɛTiz pˈɑdz"),
    ("Kafka", "kˈɑfkə"),
    ("idempotent", "ˌIdɛmpˈOtᵊnt"),
    ("idempotency", "ˌIdɛmpˈOtᵊnsi"),
    ("enums", "ˈinˌʌmz"),
    ("Nguyen", "wˈɪn"),
]


@pytest.mark.parametrize(("written", "phonemes"), HEARD)
def test_it_is_said_as_an_engineer_says_it(g2p: G2P, written: str, phonemes: str) -> None:
    assert g2p(pronounced(speakable(written))) == phonemes


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_table_changes_what_is_said_and_has_only_phonemes_that_the_voice_knows(
    g2p: G2P, word: str
) -> None:
    spellings = {word} if word != word.lower() else {word, word.upper()}

    assert any(g2p(pronounced(spelling)) != g2p(spelling) for spelling in spellings)
    assert set(g2p(pronounced(word))) <= set("AIOWYTabdefhijklmnopstuvwzæðŋɐɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌθᵊᵻ ")


@pytest.mark.parametrize(
    "text",
    [
        "Tell me about yourself.",
        "What went well, and what didn't?",
        "the reader's trade-off",
        "Ada's team",
        "pass it on",
    ],
)
def test_plain_english_is_left_alone(text: str) -> None:
    assert pronounced(text) == text


def test_a_short_word_in_another_case_is_another_word() -> None:
    assert pronounced("a bit, gap, jit") == "a bit, gap, jit"


@pytest.mark.parametrize("text", ["[x](/aaa/)", "](/x/)", "(/x/)", "[[[[", "]]]]((((", "<b>"])
def test_nobody_else_gives_it_phonemes(text: str) -> None:
    said = pronounced(text)

    assert "[" not in said
    assert "](" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("日本語のテキスト", "what is shown on your screen"),
        ("Привет", "what is shown on your screen"),
        ("...", ""),
        ("", ""),
    ],
)
def test_letters_that_the_voice_does_not_know_are_on_the_screen(text: str, said: str) -> None:
    assert pronounced(text) == said


def test_a_number_that_nobody_follows_is_not_read_out() -> None:
    assert pronounced("1" * 300) == "a very long number"


@pytest.mark.parametrize(
    "unit", ["a", "1", "1.", "[", "(/", "'s", "v1", "req ", "Python 3.", "a'", "9 k", "A B ", "é", "1.1.1.", "Redis "]
)
def test_its_work_grows_with_the_length_of_a_text_and_no_faster(unit: str) -> None:
    # A pattern that is quadratic would take minutes here.
    assert isinstance(pronounced(unit * 20_000), str)
