"""What is injected into a room without a call reaches the interviewer who replies to typed answers."""

from tests.support.rooms import Room

ANSWER = {"text": "I have done that for many years in a large company."}


async def test_the_next_reply_brings_up_what_was_injected_once(room: Room) -> None:
    await room.act("timer/start")
    await room.inject("The budget is small.")
    await room.inject_problem("Reverse a list.")

    await room.post("answer", ANSWER)
    assert (await words_of_interviewer(room))[1:] == [
        "One more thing to keep in mind. The budget is small.",
        "Here is a problem for you. Reverse a list.",
    ]

    await room.post("answer", ANSWER)
    assert len(await words_of_interviewer(room)) == 4
    assert "budget" not in (await words_of_interviewer(room))[-1]


async def test_a_reset_asks_anew(room: Room) -> None:
    await room.act("timer/start")
    await room.post("answer", ANSWER)
    first = await words_of_interviewer(room)

    await room.act("timer/reset")
    await room.act("timer/start")
    await room.post("answer", ANSWER)

    assert await words_of_interviewer(room) == first * 2


async def words_of_interviewer(room: Room) -> list[str]:
    return [
        event.data["text"]
        for event in await room.log()
        if event.type == "transcript" and event.data["speaker"] == "interviewer"
    ]
