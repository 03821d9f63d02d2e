"""What a language model says when it falls out of the interviewer's part: phrases, by what is wrong with them.

Every pattern is a list of alternatives without a repetition inside a repetition, so it is linear in the text.
"""

import re
from enum import StrEnum


class Fault(StrEnum):
    """Why a wording was turned away."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    MARKUP = "markup"
    LABEL = "label"
    ABOUT_ITSELF = "about_itself"
    CANDIDATES_PART = "candidates_part"
    VERDICT = "verdict"
    PLANS_PART = "plans_part"
    SAID_BEFORE = "said_before"
    NO_QUESTION = "no_question"
    TOO_MANY_QUESTIONS = "too_many_questions"
    OTHER_QUESTION = "other_question"
    MADE_UP = "made_up"
    OTHER_LANGUAGE = "other_language"


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases).replace("'", "['’]") + r")\b", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


QUOTES = "\"'“”„«»‘’`"
DOUBLE_QUOTES = '"“”„«»'
QUOTED = re.compile(
    r"[\"“„«][^\"“”„«»]{0,300}[\"”»]"
    r"|(?<!\w)['‘][^'‘’]{1,300}['’](?!\w)"
)
WORD = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"\d+")
QUESTION_MARKS = re.compile(r"\?[?!]*")
LIST_ITEM = re.compile(r"^[ \t]*(?:[-+•–—]|\d{1,2}[.)])[ \t]", re.MULTILINE)
INTERVIEWERS_LABEL = re.compile(r"^(?:the )?(?:interviewer|me)\s?:\s*", re.IGNORECASE)

REQUEST = re.compile(
    r"(?:so |and |then |now |thank you, |thanks, |please |please, )?"
    r"(?:"
    r"(?:tell|describe|explain|walk|give|share|talk|say|show|help|elaborate|name|take)"
    r" (?:me|us|about|through|a|an|the|on)\b"
    r"|(?:i['’]d|i would) (?:like|love|be interested|be curious) (?:to|in)\b"
    r")",
    re.IGNORECASE,
)
"""A sentence that asks without a question mark begins like this."""

ADDRESS = _any_of("you", "your", "yours", "yourself", "thanks?", "i", "me", "that", "(?:it|this) sounds", "let's")
"""What a sentence that is spoken to the candidate has in it."""

_SPEAKERS = "interviewer|candidate|interviewee|applicant|director|user|assistant|system|human|ai|bot|chatbot"
_HEADINGS = (
    "me|you|question|answer|q|a|reply|reaction|response|follow[- ]?up(?: question)?|line|note|output|task|material"
)

PATTERNS: tuple[tuple[Fault, re.Pattern[str]], ...] = (
    (Fault.LABEL, re.compile(rf"\b(?:{_SPEAKERS})\s?:|(?:^|[.!?]\s)(?:the )?(?:{_HEADINGS})\s?:", re.IGNORECASE)),
    (Fault.MARKUP, re.compile(r"[\[\]{}()<>*#`|\\_^~=]|https?:|www\.|&\w{2,6};")),
    (
        Fault.ABOUT_ITSELF,
        _any_of(
            r"as an? (?:\w+ )?(?:ai|artificial|language model|model|assistant|chatbot|bot|interviewer|program)",
            r"(?:i'm|i am) (?:just |only |actually )?(?:an? |the |your )?(?:\w+ )?"
            r"(?:ai|assistant|model|chatbot|bot|computer|program|virtual|interviewer)",
            r"language models?",
            r"i (?:can't|cannot|can not|won't|will not|am unable|am not able|do not have|don't have)",
            r"i'm (?:unable|not able)",
            r"i apologi[sz]e",
            r"sorry,? (?:but|i|as)",
            r"(?:my|your|these|the|this|those) (?:instructions?|prompts?|guidelines|programming|rules)",
            r"system (?:prompt|message)",
            r"(?:i was|i have been|i've been|you were|i am|i'm) "
            r"(?:told|asked|instructed|supposed|programmed|trained) to",
            r"director",
            r"follow[- ]?up",
            r"rubric|criteria|json",
            r"main question",
            r"asked later",
            r"(?:own words|one sentence|your task)",
            r"the (?:candidate|interviewer|interviewee|applicant|user)(?:'s)?",
            r"you are (?:an?|the) (?:\w+ )?(?:interviewer|candidate|assistant|host|applicant|model)",
            r"mock interview",
            r"here(?:'s| is| are) (?:the|a|an|my|your|some)",
        ),
    ),
    (Fault.ABOUT_ITSELF, re.compile(r"^(?:sure|certainly|of course|absolutely)[,!.:]", re.IGNORECASE)),
    (
        Fault.CANDIDATES_PART,
        _any_of(
            r"as (?:a|the) (?:candidate|applicant)",
            r"(?:a|the) (?:good|strong|better|best|right|correct|ideal|possible|sample) "
            r"(?:answer|response|way|approach|solution) (?:would|could|is|might|to)",
            r"you (?:should|could|might|need to|ought to|must) "
            r"(?:have|try|consider|say|mention|focus|talk|use|add|also)",
            r"i (?:would )?(?:suggest|recommend|advise)",
            r"my (?:advice|suggestion|recommendation)",
            r"the answer (?:is|to|would)",
        ),
    ),
    (
        Fault.VERDICT,
        _any_of(
            r"excellent|perfect|outstanding|impressive|impressed|fantastic|brilliant|amazing|awesome|superb|incredible",
            r"wonderful|terrific|commendable|admirable|exceptional",
            r"(?:great|good|strong|nice|solid|weak|poor|bad|wrong|correct|right|fine|clear|thoughtful|interesting) "
            r"(?:answer|response|job|work|example|point|story|start|question|thinking|choice|decision|approach)",
            r"well (?:done|said|put|answered|handled)",
            r"(?:that's|that is|that was|you're|you are|absolutely|exactly) (?:\w+ )?"
            r"(?:right|wrong|correct|incorrect|great|good|true|bad)",
            r"\d{1,3} ?/ ?\d{1,3}",
            r"\d{1,3} (?:out of|points?)",
            r"(?:score|scored|grade|graded|rate|rated) (?:you|your|this|that|it)",
            r"incorrect|unfortunately",
            r"you (?:failed|did well|did great|did a)",
        ),
    ),
    (
        Fault.PLANS_PART,
        _any_of(
            r"good ?bye|bye|farewell|see you|good luck|best of luck|all the best",
            r"have a (?:great|nice|good|lovely|wonderful) (?:day|evening|afternoon|morning|weekend|one|rest)",
            r"(?:that|this) (?:concludes|wraps|brings us|is the end|completes|ends)",
            r"end of (?:the|our|this|your) (?:\w+ )?(?:interview|session|conversation)",
            r"we(?:'ll| will) (?:be in touch|get back|contact|let you know|follow)",
            r"(?:thank you|thanks) for "
            r"(?:your time|coming|joining|participating|attending|being here|your interest|applying)",
            r"(?:nice|pleasure|great|good) (?:to meet|meeting|talking|speaking|chatting)",
            r"hello|hi|hey|welcome|good (?:morning|afternoon|evening|day)",
            r"(?:next|last|final|another|first|second|third|following) question",
            r"(?:move|moving|go|going|turn|turning) (?:on|ahead|forward|over) to",
            r"let(?:'s| us) (?:move|go|turn|continue|start|begin|proceed)",
            r"(?:minutes?|seconds?|time) (?:left|remaining|remain)",
            r"(?:out of|running out of|run out of|no more) time",
        ),
    ),
)
"""In the order in which they are looked for; the first that is found names what is wrong."""

CANDIDATES_OWN = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:"
    r"team|role|job|company|boss|manager|colleagues?|project|experience|career|previous|last|current|background"
    r"|skills?|strengths?|weakness(?:es)?|client|customer|employer|goal|answer|responsibility|degree|work"
    r")\b",
    re.IGNORECASE,
)

_INTERVIEWERS_VERBS = "|".join(
    [
        "see|understand|hear|heard|appreciate|wonder|imagine|can|could|might|may|gather|take|get|follow|want|ask|asked",
        "note|noted|notice|noticed|have noted|hope|mean|sense|know|just|still|also|only want|need to|picked|caught",
        "would (?:like|love|be)|am (?:curious|interested|wondering|glad|not sure)|was (?:wondering|curious)|like to",
    ]
)
FIRST_PERSON = re.compile(
    r"\b(?:I|[Ww]e)\b"
    rf"(?! (?:{_INTERVIEWERS_VERBS})\b)"
    r"(?!['’](?:d|m|ve|ll) (?:like|love|be|curious|interested|wondering|glad|noted|just|not|also|still|listen|ask)\b)"
)
"""First persons with another verb than an interviewer's: then it is the candidate's story."""

ASKING_ON = {"add", "more", "elabo", "expan", "detai", "else", "furth", "conti", "bit", "littl"}
"""What the question of a reply is about, by the beginnings of words: more of the same answer."""

COMMON_WORDS = _words("""
    a about after all also an and any are around as at be because been before being but by can could did do does
    doing done for from get got had has have he her here him his how i if in into is it its just kind know like
    made make many me mention mentioned might more most much my now of off on one only or other our out over
    please really said same say she should so some sort still tell than thank thanks that the their them then
    there these they thing things this those through to too up us very was way we well went were what when where
    which while who whom whose why will with would you your yours
""")
"""Words that stand in any sentence and so tell nothing about its subject."""

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "en": _words("the you your what how did and that with was were about which when of to it for do have are this"),
    "de": _words("der die das und ist nicht sie ihr ihre wie haben war mit ein eine sich auf für dass wir auch bei"),
    "fr": _words("le la les et est pas vous votre vos que qui avec une un des dans pour ce cette comment avez était"),
    "es": _words("el la los las y es no usted su que con una un en para cómo qué fue ha esta este cuál por lo se tu"),
    "it": _words("il lo gli e è non lei suo che con una un di per come cosa ha questo questa quale della sua le"),
    "pt": _words("o os as e é não você seu sua que com uma um em para como foi essa esse qual por da na isso"),
    "nl": _words("de het een en is niet u uw hoe heeft met van dat wat voor op zijn was bij ook die aan jij je"),
}
"""Frequent words by language. Some stand in several lists; only the counts are compared."""
