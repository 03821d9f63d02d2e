"""The reply to what the candidate has said: to an answer, to a request, or to neither. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from app.interview_session.conversation import follow_ups, scripted
from app.interview_session.conversation.phase import FULL_ANSWER_WORDS, PhaseState, Remark
from app.interview_session.conversation.utterance import Cue, Deed, Intent, Line, Purpose

Step = Line | Deed

_DEEDS = {Cue.CONFIRM_NEXT_PHASE: Deed.NEXT_PHASE, Cue.CONFIRM_END: Deed.END, Cue.CONFIRM_PAUSE: Deed.PAUSE}
_SAME_AGAIN = {Cue.CONFIRM_NEXT_PHASE: Intent.SKIP, Cue.CONFIRM_END: Intent.STOP}
_POLITENESS = frozenset({Intent.GREETING, Intent.THANKS, Intent.YES, Intent.NO, Intent.ONE_WORD, Intent.GIBBERISH})
"""What says nothing of its own behind an answer."""

_OFFERS_TO_MOVE_ON = frozenset({Cue.MORE, Cue.NOTED, Cue.SILENCE})
"""What was said for one of these asks whether there is anything left to say."""

_TELLING = frozenset({Purpose.MANNERS, Purpose.HINT, Purpose.NOTE, Purpose.RESUMING})
"""To what was said for one of these, "yes" is no answer to the question."""


class Replies:
    """What the interviewer replies in one phase.

    ``seconds_left`` and ``elapsed_share`` (0 to 1) are the phase's; ``abuse`` is how often the candidate was asked to
    keep calm in the whole session.
    """

    def __init__(
        self,
        field: Mapping[str, Any],
        phase: PhaseState,
        *,
        is_last: bool,
        language: str,
        seconds_left: float,
        elapsed_share: float,
        abuse: int,
    ) -> None:
        self._field = field
        self._phase = phase
        self._is_last = is_last
        self._language = language
        self._seconds_left = seconds_left
        self._elapsed_share = elapsed_share
        self._abuse = abuse

    def reply(self) -> Step:
        """Return the reply to the open turn, which is not empty."""
        intent = intent_of(self._phase.turn)
        if deed := self._confirmed(intent):
            return deed
        if self._phase.turn[-1].is_for_earlier_phase:
            return self._manners(scripted.ADDED_TO_EARLIER, Cue.EARLIER)
        replies: dict[Intent, Callable[[], Step]] = {
            Intent.ANSWER: self._to_an_answer,
            Intent.REPEAT: self._again,
            Intent.REPHRASE: self._rephrased,
            Intent.HINT: self._hint,
            Intent.SKIP: self._to_a_skip,
            Intent.STOP: lambda: self._manners(scripted.CONFIRM_END, Cue.CONFIRM_END),
            Intent.DONT_KNOW: self._encouragement,
            Intent.ABUSE: self._calm,
            Intent.GIBBERISH: self._to_gibberish,
            Intent.OTHER_LANGUAGE: self._to_another_language,
            Intent.YES: lambda: self._to_a_word(intent),
            Intent.NO: lambda: self._to_a_word(intent),
            Intent.ONE_WORD: lambda: self._to_a_word(intent),
        }
        return replies.get(intent, lambda: self._politely(intent))()

    @property
    def _is_offer_open(self) -> bool:
        return self._phase.last_cue in _OFFERS_TO_MOVE_ON

    def _confirmed(self, intent: Intent) -> Deed | None:
        """Return what was asked back and is now agreed to."""
        cue = self._phase.last_cue
        if cue not in _DEEDS or (intent is not Intent.YES and intent is not _SAME_AGAIN.get(Cue(cue))):
            return None
        return _DEEDS[Cue(cue)]

    def _again(self) -> Line:
        """Return what was asked last, in its words."""
        asked = self._phase.last_asked
        if asked is None:
            asked = Line(Purpose.QUESTION, scripted.asked(self._field), self._phase.sequence)
        return Line(
            asked.purpose,
            scripted.without_greeting(asked.words),
            asked.phase,
            about=asked.about,
            cue=Intent.REPEAT,
            lead=scripted.OF_COURSE,
        )

    def _rephrased(self) -> Line:
        paraphrase = self._field["paraphrase"]
        if paraphrase and not self._phase.is_paraphrased:
            return Line(Purpose.PARAPHRASE, paraphrase, self._phase.sequence, lead=scripted.OF_COURSE)
        return Line(Purpose.PARAPHRASE, scripted.explanation(self._field), self._phase.sequence)

    def _hint(self) -> Line:
        hints, given = self._field["hints"], self._phase.hints
        if given < len(hints):
            return Line(Purpose.HINT, hints[given], self._phase.sequence, about=given + 1, lead=scripted.HINT_LEAD)
        return self._manners(scripted.NO_HINT_LEFT if hints else scripted.NO_HINT, Intent.HINT)

    def _to_a_skip(self) -> Step:
        """Go on at once if that was asked for in so many words, or offered just before; ask back if not."""
        is_clear = self._phase.turn[-1].is_certain or self._is_offer_open
        return Deed.NEXT_PHASE if is_clear else self._ask_to_move_on()

    def _ask_to_move_on(self) -> Line:
        words = scripted.CONFIRM_LAST_PHASE if self._is_last else scripted.CONFIRM_NEXT_PHASE
        return self._manners(words, Cue.CONFIRM_NEXT_PHASE)

    def _encouragement(self) -> Line:
        if not self._phase.said[Intent.DONT_KNOW]:
            return self._manners(scripted.ENCOURAGEMENT, Intent.DONT_KNOW)
        words = scripted.ENOUGH_TRIED_AT_THE_END if self._is_last else scripted.ENOUGH_TRIED
        return self._manners(words, Cue.CONFIRM_NEXT_PHASE)

    def _calm(self) -> Line:
        if self._abuse == 1:
            return self._manners(scripted.OFFER_PAUSE, Cue.CONFIRM_PAUSE)
        return self._manners(scripted.STAY_CALM, Intent.ABUSE)

    def _to_gibberish(self) -> Line:
        return self._once(Intent.GIBBERISH, scripted.NOT_UNDERSTOOD, scripted.STILL_NOT_UNDERSTOOD)

    def _to_another_language(self) -> Line:
        request, later = scripted.other_language(self._language), scripted.still_other_language(self._language)
        return self._once(Intent.OTHER_LANGUAGE, request, later)

    def _to_a_word(self, intent: Intent) -> Line:
        """Take a single word for what it can mean here: consent, refusal, or an answer that is too short."""
        if intent is not Intent.ONE_WORD and self._phase.last_cue in _DEEDS:
            return self._manners(scripted.ALL_RIGHT, intent)
        if intent is not Intent.ONE_WORD and self._phase.last_purpose in _TELLING and not self._is_offer_open:
            return self._manners(scripted.GO_AHEAD, intent)
        if intent is Intent.NO and self._is_offer_open:
            return self._ask_to_move_on()
        if not self._phase.said[Intent.ONE_WORD]:
            return Line(Purpose.REPLY, scripted.MORE_THAN_A_WORD, self._phase.sequence, cue=Intent.ONE_WORD)
        return self._to_an_answer()

    def _once(self, intent: Intent, request: str, later: str) -> Line:
        """Ask for something better, but only once in a phase."""
        return self._manners(later if self._phase.said[intent] else request, intent)

    def _politely(self, intent: Intent) -> Line:
        count = self._phase.said[intent]
        words = {
            Intent.THINK: scripted.variant(scripted.TAKE_YOUR_TIME, count),
            Intent.TIME_LEFT: scripted.time_left(self._seconds_left),
            Intent.HEAR_ME: scripted.I_READ_YOU if self._phase.turn[-1].is_typed else scripted.I_HEAR_YOU,
            Intent.WHO_ARE_YOU: scripted.WHO_I_AM,
            Intent.COMPANY_QUESTION: scripted.variant(scripted.ABOUT_THE_COMPANY, count),
            Intent.GREETING: scripted.HELLO,
            Intent.THANKS: scripted.YOU_ARE_WELCOME,
        }
        return self._manners(words[intent], intent)

    def _to_an_answer(self) -> Line:
        phase = self._phase
        answer = " ".join(remark.text for remark in phase.turn if remark.intent in ANSWERS)
        is_late = self._elapsed_share >= follow_ups.LATEST_SHARE
        is_short = len(answer.split()) < FULL_ANSWER_WORDS
        if not is_late and is_short and not phase.said[Cue.SHORT] and not self._was_a_word_asked_about:
            return self._remark(scripted.TELL_ME_MORE, Cue.SHORT)
        if not is_late and (number := self._follow_up(answer)):
            words = self._field["follow_ups"][number - 1]["text"]
            return Line(Purpose.FOLLOW_UP, words, phase.sequence, about=number)
        if not is_late and not phase.said[Cue.MORE]:
            return self._remark(scripted.ANYTHING_TO_ADD, Cue.MORE)
        return self._remark(scripted.variant(scripted.NOTED, phase.said[Cue.NOTED]), Cue.NOTED)

    @property
    def _was_a_word_asked_about(self) -> bool:
        """Tell whether the turn is single words after a request for more, which is made once."""
        words = {Intent.ONE_WORD, Intent.YES, Intent.NO}
        return self._phase.said[Intent.ONE_WORD] > 0 and all(one.intent in words for one in self._phase.turn)

    def _follow_up(self, answer: str) -> int | None:
        phase = self._phase
        return follow_ups.choose(self._field, answer, phase.answers, asked=phase.follow_ups, covered=phase.covered)

    def _remark(self, words: str, cue: Cue) -> Line:
        return Line(Purpose.REPLY, words, self._phase.sequence, cue=cue)

    def _manners(self, words: str, cue: str) -> Line:
        return Line(Purpose.MANNERS, words, self._phase.sequence, cue=cue)


ANSWERS = frozenset({Intent.ANSWER, Intent.ONE_WORD})
"""What the candidate says in answer to the question; everything else is manners."""


def intent_of(turn: list[Remark]) -> Intent:
    """Return what a whole turn wants: what was said last, unless that is mere politeness behind an answer."""
    last = turn[-1].intent
    if last in _POLITENESS and any(remark.intent is Intent.ANSWER for remark in turn):
        return Intent.ANSWER
    return last
