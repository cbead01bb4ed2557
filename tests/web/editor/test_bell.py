import asyncio

from pipeline.web.editor.bell import Bell


def test_wakes_everybody_who_waits_for_something_newer():
    async def scene() -> list[str]:
        bell = Bell()
        waiting = [asyncio.create_task(bell.next("")) for _ in range(3)]
        await asyncio.sleep(0)
        bell.ring("2")
        return await asyncio.gather(*waiting)

    assert asyncio.run(scene()) == ["2", "2", "2"]


def test_does_not_keep_anybody_waiting_who_has_seen_something_older():
    async def scene() -> str:
        bell = Bell()
        bell.ring("2")
        return await bell.next("1")

    assert asyncio.run(scene()) == "2"


def test_the_same_version_wakes_nobody():
    async def scene() -> bool:
        bell = Bell()
        bell.ring("1")
        waiting = asyncio.create_task(bell.next("1"))
        await asyncio.sleep(0)
        bell.ring("1")
        await asyncio.sleep(0)
        woken = waiting.done()
        waiting.cancel()
        return woken

    assert asyncio.run(scene()) is False
