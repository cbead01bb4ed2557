import pytest

from pipeline.delivery.rewriting import rewritten_by

BOTH = {"message-id", "date"}


@pytest.mark.parametrize(
    ("host", "named", "expected"),
    [
        pytest.param("email-smtp.eu-west-1.amazonaws.com", (), BOTH, id="Amazon SES"),
        pytest.param("EMAIL-SMTP.us-east-2.amazonaws.com.", (), BOTH, id="written otherwise"),
        pytest.param("mail.eu-west-1.amazonses.com", (), BOTH, id="its other name"),
        pytest.param("amazonses.com.elsewhere.example", (), set(), id="only looks like it"),
        pytest.param("notamazonses.com", (), set(), id="ends like it"),
        pytest.param("mail.example", ("Subject",), {"subject"}, id="named"),
        pytest.param("mail.amazonses.com", ("to",), {*BOTH, "to"}, id="named beside"),
    ],
)
def test_knows_which_relay_writes_fields_anew(host, named, expected):
    assert rewritten_by(host, named) == expected
