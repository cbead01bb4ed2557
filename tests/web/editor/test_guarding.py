import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.editor import guarding

HOSTS = frozenset({"127.0.0.1:8025", "localhost:8025", "[::1]:8025"})


@pytest.mark.parametrize("host", [*HOSTS, "LOCALHOST:8025"])
def test_reading_needs_a_host_of_ours_and_nothing_else(host):
    assert guarding.refuse("GET", [host], ["https://elsewhere.example"], HOSTS) is None


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        pytest.param([], 400, id="none"),
        pytest.param([""], 400, id="an empty one"),
        pytest.param(["localhost:8025", "localhost:8025"], 400, id="two"),
        pytest.param(["local host"], 400, id="a space"),
        pytest.param(["[::1"], 400, id="half a bracket"),
        pytest.param(["localhost:port"], 400, id="a port that is none"),
        pytest.param(["localhost:8025/"], 400, id="a path"),
        pytest.param(["user@localhost:8025"], 400, id="a user"),
        pytest.param(["rebound.example:8025"], 403, id="a name made to point here"),
        pytest.param(["localhost"], 403, id="without the port"),
        pytest.param(["localhost:8026"], 403, id="another port"),
        pytest.param(["127.0.0.1.nip.example:8025"], 403, id="a longer name"),
    ],
)
def test_a_host_that_is_not_ours_is_refused(hosts, status):
    refusal = guarding.refuse("GET", hosts, [], HOSTS)

    assert refusal
    assert refusal[0] == status


@pytest.mark.parametrize(
    "origins",
    [
        pytest.param([], id="none"),
        pytest.param(["null"], id="a sandbox"),
        pytest.param(["https://elsewhere.example"], id="another page"),
        pytest.param(["https://localhost:8025"], id="another scheme"),
        pytest.param(["http://localhost:8025", "http://localhost:8025"], id="two"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_anything_but_reading_must_come_from_our_page(method, origins):
    refusal = guarding.refuse(method, ["localhost:8025"], origins, HOSTS)

    assert refusal
    assert refusal[0] == 403


def test_our_page_may_do_more_than_read():
    assert guarding.refuse("POST", ["localhost:8025"], ["http://localhost:8025"], HOSTS) is None


@given(st.text(), st.lists(st.text()), st.lists(st.text()))
def test_no_headers_make_it_raise_or_pass(method, hosts, origins):
    assert guarding.refuse(method, hosts, origins, HOSTS) is not None
