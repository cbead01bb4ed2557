import pytest

from pipeline.delivery.smtp.capabilities import Capabilities


@pytest.mark.parametrize(
    ("line", "size"),
    [
        pytest.param("SIZE 1000", 1000, id="a limit"),
        pytest.param("size 1000", 1000, id="lower case"),
        pytest.param("SIZE", None, id="no figure"),
        pytest.param("SIZE 0", None, id="no limit"),
        pytest.param("SIZE much", None, id="no number"),
        pytest.param("SIZE ٣", None, id="digits beyond ASCII"),
        pytest.param("HELP", None, id="not offered"),
    ],
)
def test_reads_the_size(line, size):
    assert Capabilities.parse(("relay.example", line)).size == size


@pytest.mark.parametrize(
    ("lines", "mechanisms"),
    [
        pytest.param(("AUTH PLAIN LOGIN",), ("PLAIN", "LOGIN"), id="usual"),
        pytest.param(("AUTH=login",), ("LOGIN",), id="old"),
        pytest.param(("AUTH PLAIN", "AUTH=PLAIN LOGIN"), ("PLAIN", "LOGIN"), id="both"),
        pytest.param((), (), id="none"),
    ],
)
def test_reads_the_ways_to_log_in(lines, mechanisms):
    assert Capabilities.parse(("relay.example", *lines)).mechanisms == mechanisms


@pytest.mark.parametrize(
    ("line", "most"),
    [
        pytest.param("LIMITS RCPTMAX=100 MAILMAX=20", 20, id="said"),
        pytest.param("LIMITS RCPTMAX=100", None, id="another limit"),
        pytest.param("LIMITS MAILMAX=", None, id="no figure"),
        pytest.param("LIMITS", None, id="nothing"),
    ],
)
def test_reads_how_many_messages_a_connection_may_carry(line, most):
    assert Capabilities.parse(("relay.example", line)).mail_max == most


def test_the_first_line_is_a_name():
    assert "SIZE" not in Capabilities.parse(("SIZE 5",))
