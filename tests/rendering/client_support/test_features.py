import json
from pathlib import Path

from pipeline.rendering.client_support.features import DETECTORS

_DATA = Path("pipeline/rendering/client_support/data/caniemail.json")


def test_each_feature_of_caniemail_has_a_detector_and_no_other_has():
    assert set(json.loads(_DATA.read_text())["features"]) == set(DETECTORS)


def test_one_feature_alone_cannot_be_seen_in_a_page():
    assert [slug for slug, facts in DETECTORS.items() if not facts] == ["bimi"]
