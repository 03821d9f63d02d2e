"""Nothing for eyes is spoken: a table of texts and their words, and what holds for any text."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interview_session.voice.services.speakable import speakable

MARKUP = set("*_#`[]<>{}|\\")

TEXTS = [
    ("", ""),
    ("Hello.", "Hello."),
    (
        "Tell me about a well-known problem, and what you did about it.",
        "Tell me about a well-known problem, and what you did about it.",
    ),
    ("# Coding", "Coding"),
    ("## Part 2: Design\nDraw it.", "Part 2: Design. Draw it."),
    ("- one\n- two", "one. two"),
    ("* one\n* two\n\nDone.", "one. two. Done."),
    ("1. Read it.\n2. Solve it.", "1. Read it. 2. Solve it."),
    ("1) first\n2) second", "1) first. 2) second"),
    ("- [ ] open\n- [x] closed", "open. closed"),
    ("> A quote\n> goes on.", "A quote goes on."),
    ("above\n\n---\n\nbelow", "above. below"),
    ("Title\n=====\nText", "Title. Text"),
    ("This is **very** *important*.", "This is very important."),
    ("__Bold__ and _slanted_ and ~~gone~~.", "Bold and slanted and gone."),
    ("***all***", "all"),
    ("| Name | Age |\n|------|:---:|\n| Ada | 36 |", "Name, Age. Ada, 36"),
    ("one\ntwo\n\nthree", "one two. three"),
    ("See [the docs](https://docs.example.com/a?b=c).", "See the docs."),
    ('A [title](http://a.b/c "Title") here.', "A title here."),
    ("![a diagram](https://x.y/z.png)", "a diagram"),
    ("![](z.png)", "the picture shown on your screen"),
    ("[](https://a.b/c)", "the address shown on your screen"),
    ("[text][1]", "text"),
    ("Go to https://example.com.", "Go to example dot com."),
    ("Go to https://www.example.com/, please.", "Go to example dot com, please."),
    ("At https://example.com/a/b?c=d#e there is more.", "At the address shown on your screen there is more."),
    ("Mail jane.doe+work@example.co.uk today.", "Mail the address shown on your screen today."),
    ("www.example.org has it.", "example dot org has it."),
    ("Call http://localhost:8000/docs now", "Call the address shown on your screen now"),
    ("```python\ndef f(x):\n    return x\n```", "the code shown on your screen"),
    (
        "Look at this:\n```\na\nb\n```\nWhat does it do?",
        "Look at this: the code shown on your screen. What does it do?",
    ),
    ("```\nx = 1\n```", "x equals 1"),
    ("~~~\na\n\nb\n~~~", "the code shown on your screen"),
    ("```\nnever closed\nmore", "the code shown on your screen"),
    ("```js x()``` in line", "js x in line"),
    ("Call `get_user_by_id` first.", "Call get user by id first."),
    ("`getUserById`", "get user by id"),
    ("`HTTPServer`", "HTTP Server"),
    ("`std::vector<int>`", "standard vector of int"),
    ("`foo()` and `foo(x, y)`", "foo and foo of x, y"),
    ("`a[i]`", "a at i"),
    ("`user.name`", "user dot name"),
    ("`x == y && !z`", "x equals y and not z"),
    ("`i++`", "i plus plus"),
    ("`{}` or `;`", "braces or a semicolon"),
    ("`/api/users/{id}`", "slash api slash users slash id"),
    ("`--verbose`", "verbose"),
    ("`SELECT name FROM users WHERE id = 1 AND age > 30`", "the code shown on your screen"),
    ("`git commit -m`", "git commit dash m"),
    ("a lone ` tick", "a lone tick"),
    ("`Map<String, List<Int>>`", "Map of String, List of Int"),
    ("`if (a < b)`", "if a less than b"),
    ("`O(n^2)`", "O of n squared"),
    ("`x = y`", "x equals y"),
    ("`ptr->next`", "ptr to next"),
    ("`a | b`", "a b"),
    ("get_user_by_id is slow.", "get user by id is slow."),
    ("std::vector<int> is fast.", "standard vector of int is fast."),
    ("List<String> names", "List of String names"),
    ("print() it", "print it"),
    ("engineer(s) and class(es)", "engineers and classes"),
    ("It runs in O(n log n), not O(n^2) or O(1).", "It runs in O of n log n, not O of n squared or O of 1."),
    ("O(log(n))", "O of log of n"),
    ("C++, C#, F# and .NET or ASP.NET", "C plus plus, C sharp, F sharp and dot net or ASP dot net"),
    ("node.js, Vue.js and Next.js", "node JS, Vue JS and Next JS"),
    ("See main.py and example.com.", "See main dot py and example dot com."),
    ("e.g. Kafka, i.e. a log, etc.", "for example Kafka, that is a log, and so on."),
    ("Apples, pears, etc. We sell them.", "Apples, pears, and so on. We sell them."),
    ("Redis vs. Memcached vs Hazelcast", "Redis versus Memcached versus Hazelcast"),
    (
        "approx. 5, a.k.a. five, incl. tax, w/o tips",
        "approximately 5, also known as five, including tax, without tips",
    ),
    ("N/A and/or n/a", "not applicable and or not applicable"),
    ("et al.", "and others"),
    ("R&D costs 5% & more.", "R and D costs 5 percent and more."),
    ("A → B ⇒ C -> D => E", "A to B to C to D to E"),
    ("x ≥ 3, y <= 4, z != 5, a ≈ 6, ~7", "x at least 3, y at most 4, z not equal to 5, a about 6, about 7"),
    ("a < b > c", "a less than b greater than c"),
    ("5 × 3 ÷ 2 ± 1", "5 times 3 divided by 2 plus or minus 1"),
    ("3 * 4 and 2*3", "3 times 4 and 2 times 3"),
    ("20°C, 5° and 70 °F", "20 degrees Celsius, 5 degrees and 70 degrees Fahrenheit"),
    ("n² and m³ and 2^10", "n squared and m cubed and 2 to the power of 10"),
    ("open 24/7", "open 24 7"),
    ("2–3 days, 10-15 %, 9am–5pm", "2 to 3 days, 10 to 15 percent, 9am to 5pm"),
    ("2024-01-15", "2024-01-15"),
    ("London–Paris", "London to Paris"),
    ("a — b – c - d", "a, b, c, d"),
    ("-5 degrees", "minus 5 degrees"),
    (
        "$5k, $1, €3.5m, £2 million, 10€, ¥300, $5–10",
        "5 thousand dollars, 1 dollar, 3.5 million euros, 2 million pounds, 10 euros, 300 yen, 5 to 10 dollars",
    ),
    ("$", "dollars"),
    ("100 MB/s, 5 req/s, 60 km/h", "100 MB per second, 5 req per second, 60 km per hour"),
    ("TCP/IP, CI/CD", "TCP IP, CI CD"),
    ("his/her", "his or her"),
    ("3/4 of it", "3/4 of it"),
    ("/etc/hosts", "slash etc slash hosts"),
    ("5+ years, A+", "5 plus years, A plus"),
    ("issue #12", "issue number 12"),
    ("@ada", "at ada"),
    ("a = b", "a equals b"),
    ("x|y", "x, y"),
    ("Great 🎉👍🏽!", "Great!"),
    ("👩\u200d💻 code 🇩🇪", "code"),
    ("1️⃣ first", "1 first"),
    ("🎉", ""),
    ("✅ done ™", "done"),
    ("<b>Hi</b><br>there", "Hi. there"),
    ("<p>One</p><p>Two</p>", "One. Two."),
    ("<a href='x'>link</a>", "link"),
    ("Tom &amp; Jerry &lt;3 &#39;x&#39; &nbsp;", "Tom and Jerry less than 3 'x'"),
    ("&lt;div&gt;", "div"),
    ("a\\_b \\* c", "a b c"),
    ("{curly} [square] <angle>", "curly square angle"),
    ("I ❤️ it", "I it"),
    ("Was ist Käse? 是的。", "Was ist Käse? 是的。"),
    ("don't \"quote\" it's", "don't \"quote\" it's"),
    ("...", ""),
    ("***", ""),
    ("It (really) works.", "It (really) works."),
    ("Hello , world !", "Hello, world!"),
    ("What is `null`?", "What is null?"),
    ("- `a`: first\n- `b`: second", "a: first. b: second"),
    ("Use the `-f` flag", "Use the dash f flag"),
    ("§ 5", "section 5"),
    ("   - nested\n     - deeper", "nested. deeper"),
    ("Key: value", "Key: value"),
    ("`C++`", "C plus plus"),
    ("`C#`", "C sharp"),
    ("Java 8/11", "Java 8/11"),
]


@pytest.mark.parametrize(("text", "words"), TEXTS)
def test_what_is_for_eyes_becomes_words(text: str, words: str) -> None:
    assert speakable(text) == words


PIECES = """
`|``|```|~~~|**|*|__|_|#|[|]|(|)|](|<|>|{|}|\\|<b>|</b>|<br/>|<!--|&|&amp;|&lt;|&#60;|&amp;lt;|http://|www.|a.b/c|.|,|:|;
!|?|-|--|–|—|/|//|+|++|=|==|=>|->|<=|$|€|%|^|^2|²|°|C|C++|C#|.NET|.js|@|e.g.|i.e.|etc.|etc|vs.|w/|n/a|1|2|10|5k|24/7
a|b|O(n)|O(|(s)|std::|::|x_y|getUserById|word|Words|🎉|1️⃣|é|是|٣|\x00|\u2028|\u200d|to|of|1-2|log(|
"""
PIECES_OF_TEXT = PIECES.replace("\n", "|").split("|")
PIECE = st.sampled_from([*PIECES_OF_TEXT, "|", "\n", " ", "\n\n", "\t", "- ", "1. ", "| a | b |\n"])
ANY_TEXT = st.one_of(st.text(), st.lists(PIECE).map("".join), st.lists(PIECE).map(" ".join))


@given(ANY_TEXT)
def test_what_is_spoken_once_is_spoken_the_same_again(text: str) -> None:
    words = speakable(text)
    assert speakable(words) == words


@given(ANY_TEXT)
def test_no_markup_is_left(text: str) -> None:
    assert not MARKUP & set(speakable(text))


@given(ANY_TEXT)
def test_a_text_with_words_is_never_silent(text: str) -> None:
    assert any(map(str.isalnum, speakable(text))) or not any(map(str.isalnum, text))


@given(ANY_TEXT)
def test_it_is_one_line_without_needless_spaces(text: str) -> None:
    words = speakable(text)
    assert words == " ".join(words.split())


@given(st.lists(st.from_regex(r"[A-Z]?[a-z]{2,9}(?:-[a-z]{2,9}|'s)?", fullmatch=True), min_size=1))
def test_plain_words_are_left_as_they_are(words: list[str]) -> None:
    plain = " ".join(word for word in words if word.lower() not in {"etc", "vs", "aka"})
    assert speakable(f"So {plain}.".replace(" .", ".")) == f"So {plain}.".replace(" .", ".")


WORST = ["|", "[a](", "`a", "a@", "a.", "&#1", "```\n", "a(", "- ", "e.g. ", "\n", " ", *filter(None, PIECES_OF_TEXT)]


@pytest.mark.parametrize("piece", WORST)
def test_the_worst_texts_take_time_in_proportion(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = process_time()
    speakable(text)
    # Several times what it takes; were it quadratic, it would take minutes.
    assert process_time() - began < 1
