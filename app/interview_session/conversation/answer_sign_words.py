"""The words and phrases by which signs are found in an answer: English, in lower case, with straight apostrophes."""

from collections.abc import Mapping, Sequence

Phrases = Mapping[str, Mapping[str, Sequence[list[str]]]]
"""Phrases by their first word and their second ("" in a phrase of one word), the longest first."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _phrases(*lines: str) -> Phrases:
    """Read phrases, separated by commas."""
    found: dict[str, dict[str, list[list[str]]]] = {}
    for phrase in ",".join(lines).split(","):
        first, *rest = phrase.split()
        found.setdefault(first, {}).setdefault(rest[0] if rest else "", []).append([first, *rest])
    for by_second in found.values():
        for phrases in by_second.values():
            phrases.sort(key=len, reverse=True)
    return found


OWN_PART = _set("i i'm i've i'd i'll im ive my me mine myself personally")

ASIDES = _phrases(
    "i mean, i don't know, i do not know, i dont know, i see, i hope, i say, i said, as i said, i'm sorry",
    "i am sorry, i wonder, i understand, i don't remember, i can't remember, i'm afraid, i don't think",
    "i'd like to, i would like to, let me, excuse me, believe me, trust me, give me a, you asked me, ask me",
    "tell me, to me, my team, my team's, my colleagues, my colleague, my manager, my boss, my lead, my company",
    "my group, my department",
)
"""Phrases in which the speaker is named, but tells nothing of the own part."""

TEAM = _phrases(
    "we, we're, we've, we'd, we'll, our, ours, us, let's, ourselves, the team, the whole team, our team",
    "my team, as a team, the entire team, the group, the guys, my colleagues, our group, all of us",
    "the rest of the team",
)

RESULTS = _phrases(
    "as a result, as a consequence, in consequence, in the end, the result was, the results were",
    "the outcome was, the outcome, led to, leads to, leading to, resulted in, resulting in, ended up",
    "turned out, worked out, paid off, it worked, that worked, so that, thanks to that, since then",
    "from then on, ever since, which meant that, saved, saving us, reduced, reducing, decreased, increased",
    "increasing, improved, raised, lowered, cut down, cut by, dropped, fell, went down, went up, rose, grew",
    "gained, doubled, tripled, halved, sped up, shortened, faster than, shipped, launched, released, delivered",
    "published, deployed, went live, rolled out, introduced, adopted, won, signed, sold, achieved, accomplished",
    "succeeded, reached, completed, finished, solved, resolved, fixed, prevented, avoided, eliminated, removed",
    "recovered, restored, convinced, agreed, accepted, promoted, got promoted, met the deadline",
    "made the deadline, missed the deadline, on time, under budget, within budget, on schedule",
    "never happened again, has not happened again, hasn't happened again, hasn't happened since",
    "stopped happening, still in use, still used, still use, still use it, was happy, were happy, was satisfied",
    "were satisfied, thanked, was cancelled, was canceled, were cancelled, we lost, i lost, passed the",
    "passed all, by the end, successfully",
)

EXAMPLES = _phrases(
    "for example, for instance, case in point, once, one time, this one time, one day, one morning, one evening",
    "one night, one weekend, one friday, one monday, last year, last month, last week, last summer, last winter",
    "last spring, last autumn, last fall, last quarter, last time, this year, this spring, this summer",
    "recently, yesterday, the other day, ago, a year ago, a while ago, years ago, months ago, weeks ago",
    "days ago, back in, back when, there was a, there was this, there was one, there was an, a time when",
    "the time when, the time i, when i was, when we were, when i worked, when i joined, when i started",
    "when i had, when we had, while i was, while i worked, while working, during my, in my last, at my last",
    "in my previous, at my previous, in my first, at my first, in my current, at my current, in my old",
    "at my old, my last job, my previous job, my first job, my first week, my first day, my first month",
    "my first year, in one case, in one project, on one project, one project, one customer, one client",
    "one patient, one student, one incident, one situation, on my first, i remember, i recall, at that time",
    "at the time, at university, in college, like when",
)

HEDGES = _phrases(
    "maybe, perhaps, probably, possibly, presumably, apparently, hopefully, supposedly, sort of, kind of, sorta",
    "kinda, i think, i guess, i suppose, i believe, i feel like, i'd say, i would say, i assume, i'd guess",
    "in my opinion, usually, generally, typically, normally, mostly, sometimes, often, in general",
    "most of the time, as a rule, more or less, somewhat, somehow, a bit, a little bit, basically, roughly",
    "or something, something like, or so, stuff like that, things like that, and stuff, and things, and so on",
    "and so forth, or whatever, whatever, i'm not sure, i am not sure, not sure, not really, not exactly",
    "i'm not certain, might, might have, could be, it depends, that depends, it really depends",
    "as far as i know, as far as i remember, if i remember, to some extent, some kind of, some sort of",
    "i can't really say, hard to say, difficult to say, seems like, seemed like",
)

GENERALITIES = _phrases(
    "always, i always try to, i always try, i try to, i try, i tend to, we try to, we always, i'm always",
    "i am always, i like to, i love to, i never, you have to, you need to, you should, you must, you can't",
    "you always, one should, people should, everyone should, whenever, every time, in any situation",
    "as much as possible, as best i can, is important, is very important, is really important, is key",
    "is crucial, is essential, are important, matters, it's important, it's all about, it's about, it is about",
    "it is all about, i believe in, team player, hard worker, hard working, quick learner, fast learner",
    "people person, perfectionist, passionate, passionate about, my best, extra mile, outside the box",
    "best practices, good communication, communication skills, positive attitude, everything, anything",
    "everybody, all kinds of, all sorts of, a lot of things, many things, different things",
)

NAMES = frozenset({"US"})
"""What looks like the first word of a phrase, but for its capitals: the country is not "us"."""

NOT_AFTER: Mapping[str, frozenset[str]] = {
    "kind": _set("this that what the a any every which each same another one these"),
    "sort": _set("this that what the a any every which each same another one these to"),
    "once": _set("at only than least"),
    "often": _set("how"),
    "might": _set("the my his her their our full"),
    "agreed": _set("an the"),
    "fixed": _set("a the"),
    "fell": _set("and"),
    "always": _set("as"),
}
"""Words before a phrase's first word that make another thing of it: "this kind of", "at once"."""

NOT_BEFORE: Mapping[str, frozenset[str]] = {
    "once": _set("a an per every each you it it's they that this these those the again more or in upon all")
    | _set("i'm i've i've we've you've they've everything everyone he she he's she's my our your their"),
    "fell": _set("asleep ill sick in"),
    "dropped": _set("out by off"),
    "one project": _set("manager managers lead"),
    "one customer": _set("service"),
    "i think": _set("about of through"),
    "i believe": _set("in"),
    "the group": _set("of by"),
    "a bit": _set("of"),
}
"""Words after a phrase that make another thing of it: "once a week", "I think about"."""

COUNTED_BY_NAME = _set(
    "version phase step part chapter level tier type room section question option number grade stage class war "
    "page python java php angular windows http web ipv building line act no"
)
"""Words before a number that names something instead of counting it: "phase two", "Python 3"."""

COUNTED_IDLY = _set("things thing reasons ways points sides aspects on")
"""Words after a number that count what is to be said, not what was done: "two things", "one-on-one"."""

COUNTED_BY_ONE = _set(
    "hour minute second week month year percent person engineer developer nurse teacher colleague euro dollar "
    "pound million hundred thousand third quarter half sprint server machine kilometre mile litre point"
)
"""Words after a "one" that counts; after others it is a pronoun or an article: "one of", "one day"."""

NUMBER_WORDS = _set(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds "
    "thousand thousands million millions billion billions dozen dozens"
)

SHARES = _phrases(
    "half of, half the, half a, in half, by half, one half, one third, two thirds, a third of, by a third",
    "a third, a quarter of, by a quarter, three quarters, one quarter of, twice, twice as, doubled",
    "tripled, halved, a hundred, a thousand, a million, a dozen, a hundred percent, a hundred thousand",
)

BEFORE_YEAR = _set(
    "in since until till during before after from by of to and early late around mid year spring summer autumn "
    "fall winter"
)

MONTHS = _set("january february march april may june july august september october november december")

DOERS = _set("i we and then he she they who")

PAST_FORMS = _set(
    "added began broke brought built bought came chose cut did drew found gave got held kept knew led left "
    "made met paid put ran read rode said sat saw sent set showed sold spent spoke stood stuck sped taught "
    "told thought took understood went won wrote rewrote"
)

NO_DEEDS = _set("need based used supposed interested excited indeed speed")

UNITS = _set(
    "k m mm bn b x s ms µs us ns sec secs min mins h hr hrs kb mb gb tb pb kg g km cm fps hz khz mhz ghz w kw"
)
"""What may stand right behind a figure; with other letters it is a name: "3D", "1st"."""

JOINTS = _set("and point")
"""Words between the words of one number."""
