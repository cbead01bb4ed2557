"""Work in a process of its own. Tests run in threads, so what forks is a program of its own."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pipeline.app.apart import apart
from tests.e2e.newsroom import Newsroom, clean_environment
from tests.fault_sink import FaultSink

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

_ROOT = Path(__file__).parents[2]


def run(program: str, *arguments: str) -> str:
    """Run a program with one thread; give what it said."""
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        cwd=_ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@LINUX
def test_gives_what_the_work_returns_and_keeps_nothing_of_it():
    said = run("""
        import os, sys
        from pipeline.app.apart import apart

        def work():
            import colorsys
            return "colorsys" in sys.modules, os.getpid()

        imported, process = apart(work)
        print(imported, process != os.getpid(), "colorsys" in sys.modules)
    """)

    assert said.split() == ["True", "True", "False"]


@LINUX
def test_lets_go_of_what_must_not_be_shared_first():
    said = run("""
        from pipeline.app.apart import apart

        done = []
        print(apart(lambda: list(done), before=lambda: done.append("closed")))
    """)

    assert said == "['closed']\n"


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param("raise ValueError('not here')", id="raises"),
        pytest.param("os._exit(7)", id="ends"),
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", id="is-killed"),
        pytest.param("return lambda: None", id="returns-what-cannot-be-pickled"),
    ],
)
def test_what_fails_there_is_done_here(trouble):
    said = run(f"""
        import os, signal
        from pipeline.app.apart import apart

        us = os.getpid()

        def work():
            if os.getpid() != us:
                {trouble}
            return "done here"

        print(apart(work))
    """)

    assert said == "done here\n"


def test_what_the_work_raises_is_raised():
    def work() -> None:
        raise ValueError("a faulty Q&A")

    with pytest.raises(ValueError, match="a faulty Q&A"):
        apart(work)


def test_nothing_is_said_twice():
    said = run("""
        from pipeline.app.apart import apart

        print("before", end=" ")
        apart(lambda: print("in it"))
        print("after")
    """)

    assert said.count("before") == 1


def test_a_process_with_another_thread_works_alone():
    said = run("""
        import os, threading
        from pipeline.app.apart import apart

        end = threading.Event()
        thread = threading.Thread(target=end.wait)
        thread.start()
        print(apart(os.getpid) == os.getpid())
        end.set()
        thread.join()
    """)

    assert said == "True\n"


@LINUX
def test_a_send_keeps_nothing_of_the_renderer(tmp_path: Path):
    with FaultSink() as sink:
        newsroom = Newsroom.make(tmp_path / "site", port=sink.port)
        newsroom.write_qa("tea")
        newsroom.enlist(["ann@mail.example"])

        said = run(
            """
            import sys
            from pipeline.cli.main import main

            try:
                main(["--site", sys.argv[1], "send", "--now", "--yes"])
            except SystemExit as left:
                print("left with", left.code)
            print(sorted({"jinja2", "lxml", "mjml", "babel"} & sys.modules.keys()))
            """,
            str(newsroom.folder),
        )

        assert list(sink.counts) == ["ann@mail.example"]
    assert said.endswith("left with 0\n[]\n")
