"""An edition's images: kept before they are promised, there when it is sent."""

from pathlib import Path

import pytest

from pipeline.errors import ContentError, LinkError, StateError
from pipeline.model.edition import Edition
from pipeline.workflow import checking, editing, illustrating, outlook, sending, steering
from pipeline.workflow.outlook import Approval
from tests.images import bomb, draw, put
from tests.workflow.office import SLOT, Office, with_post


@pytest.fixture
def desk(office: Office) -> Office:
    """An office with readers, and a Q&A that shows an image."""
    show(office, "tea", "![A cup](pictures/cup.png)")
    put(office.folder, "content/pictures/cup.png")
    office.enlist()
    return office


def show(office: Office, slug: str, text: str) -> None:
    path = office.write_qa(slug)
    path.write_text(f"{path.read_text()}\n{text}\n")


def edition_of(office: Office) -> Edition:
    return editing.prepare(office.shop, office.store, office.plan()).edition


def kept(office: Office) -> list[bytes]:
    folder = office.folder / "public" / "images"
    return [path.read_bytes() for path in folder.iterdir()] if folder.exists() else []


def test_looking_at_an_issue_keeps_nothing(desk: Office) -> None:
    edition = edition_of(desk)

    assert len(edition.images) == 1
    assert kept(desk) == []


def test_image_is_kept_when_its_issue_is_approved(desk: Office) -> None:
    desk.approve()

    assert kept(desk) == [draw()]


def test_image_is_kept_before_its_issue_is_written_down(desk: Office) -> None:
    desk.at(SLOT).send_due()

    assert kept(desk) == [draw()]
    assert len(desk.carrier.taken) == 3


def test_approved_issue_whose_image_was_moved_waits_and_says_where_it_was(desk: Office) -> None:
    desk.approve()

    (desk.folder / "content/pictures/cup.png").rename(desk.folder / "content/cup.png")
    day = desk.at(SLOT).send_due()

    (trouble,) = day.troubles
    assert "content/pictures/cup.png is not there" in str(trouble)
    assert desk.carrier.taken == []


def test_image_that_was_replaced_voids_the_approval_and_is_named(desk: Office) -> None:
    desk.approve()

    put(desk.folder, "content/pictures/cup.png", draw(90, 60))
    day = desk.at(SLOT).send_due()

    assert desk.carrier.taken == []
    (trouble,) = day.troubles
    assert "content/pictures/cup.png changed since" in str(trouble)


@pytest.mark.parametrize("is_there", [True, False])
def test_approval_is_void_while_its_image_is_not_where_its_text_says_and_holds_again_after(
    desk: Office,
    is_there: bool,
) -> None:
    desk.configure("approval", '"required"')
    sha256 = desk.approve()
    cup = desk.folder / "content/pictures/cup.png"

    if is_there:
        cup.write_bytes(b"no image")
    else:
        cup.rename(desk.folder / "content/cup.png")
    view = outlook.look(desk.shop, desk.store, desk.plan())
    found = checking.of_everything(desk.shop, desk.store, desk.plan())
    why = "changed since" if is_there else "is gone"

    assert view.approval is Approval.VOID
    assert view.words == f"void: content/pictures/cup.png {why}"
    assert "`tea` cannot go into this issue" in view.obstacle
    (void,) = [finding for finding in found if finding.id == "issue/approval"]
    assert void.message == f"the approval of {sha256[:12]} is {view.words}"

    put(desk.folder, "content/pictures/cup.png")

    assert outlook.look(desk.shop, desk.store, desk.plan()).approval is Approval.GIVEN


def test_approval_holds_where_an_image_was_renamed_in_its_text_as_well(desk: Office) -> None:
    desk.configure("approval", '"required"')
    sha256 = desk.approve()

    (desk.folder / "content/pictures/cup.png").rename(desk.folder / "content/pictures/tea.png")
    path = desk.folder / "content/tea.md"
    path.write_text(path.read_text().replace("cup.png", "tea.png"))
    desk.at(SLOT).send_due()

    assert len(desk.carrier.taken) == 3
    assert desk.store.issues.get(1).sha256 == sha256


def test_approval_from_elsewhere_is_void_while_no_issue_can_be_made(desk: Office) -> None:
    desk.configure("approval", '"required"')
    desk.write_issue_file(1, "slugs: [tea]", f"approved: {'ab' * 32}")

    (desk.folder / "content/pictures/cup.png").unlink()
    view = outlook.look(desk.shop, desk.store, desk.plan())

    assert view.words == "void: the issue cannot be made as its files are now"


def test_without_an_approval_none_is_void(desk: Office) -> None:
    desk.configure("approval", '"required"')
    put(desk.folder, "content/pictures/cup.png", b"x")

    view = outlook.look(desk.shop, desk.store, desk.plan())

    assert view.approval is Approval.MISSING


def test_other_way_of_delivery_voids_the_approval(desk: Office) -> None:
    desk.approve()

    toml = desk.folder / "newsletter.toml"
    text = toml.read_text()
    toml.write_text(text.replace('delivery = "hosted"', 'delivery = "attached"'))
    other = Office(desk.folder, clock=desk.clock)
    prepared = editing.prepare(other.shop, desk.store, desk.plan())

    assert 'delivery = "hosted"' in text
    assert "newsletter.toml, [images] delivery changed since" in prepared.void


def test_issue_that_was_begun_needs_its_images_only_where_they_are_kept(desk: Office) -> None:
    pause_after_first(desk)

    (desk.folder / "content/pictures/cup.png").unlink()
    desk.send_issue()

    assert desk.state() == "complete"


def test_image_that_was_lost_is_kept_again_from_wherever_it_is(desk: Office) -> None:
    pause_after_first(desk)

    (desk.folder / "content/pictures/cup.png").rename(desk.folder / "content/moved.png")
    lose(desk)
    desk.send_issue()

    assert desk.state() == "complete"
    assert kept(desk) == [draw()]


@pytest.mark.parametrize("lost", ["gone", "damaged"])
def test_image_that_is_nowhere_stops_the_send_with_place_and_remedy(
    desk: Office, lost: str
) -> None:
    pause_after_first(desk)

    (desk.folder / "content/pictures/cup.png").unlink()
    path = lose(desk)
    if lost == "damaged":
        path.write_bytes(b"x")
    with pytest.raises(StateError) as caught:
        desk.send_issue()

    assert len(desk.carrier.taken) == 1
    assert caught.value.place == f"public/images/{path.name}"
    assert "issue 1 shows it" in caught.value.message
    assert "backup" in caught.value.remedy


def test_web_view_and_mail_name_the_image_where_it_is_kept(desk: Office) -> None:
    desk.at(SLOT).send_due()

    edition = Edition.from_json(desk.store.issues.edition(1))
    (image,) = edition.images
    assert image.url == f"https://news.example/images/{image.name}"
    assert f'src="{image.url}"' in edition.html.public()


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        pytest.param(b"<html>404", "is a web page, not an image", id="a page"),
        pytest.param(draw()[:90], "is damaged", id="half an image"),
        pytest.param(bomb(), "more pixels", id="a bomb"),
    ],
)
def test_qa_with_an_image_that_is_none_is_passed_over_with_file_line_and_column(
    desk: Office, data: bytes, fact: str
) -> None:
    put(desk.folder, "content/pictures/cup.png", data)
    desk.write_qa("chairs", day=2)

    plan = desk.plan()

    assert [choice.qa.slug for choice in plan.selection.chosen] == ["chairs"]
    (found,) = [finding for finding in plan.findings if finding.id == "image/unusable"]
    assert found.place == "content/tea.md:17:1"
    assert fact in found.message
    assert found.remedy


def test_issue_whose_file_names_such_a_qa_is_refused(desk: Office) -> None:
    put(desk.folder, "content/pictures/cup.png", b"x")
    desk.write_issue_file(1, "slugs: [tea]")

    with pytest.raises(ContentError, match="not an image"):
        desk.plan().require_issue()


def test_gives_the_bytes_for_a_look_though_nothing_was_kept(desk: Office) -> None:
    edition = edition_of(desk)

    assert illustrating.load(desk.shop, edition) == {edition.images[0].url: draw()}


def pause_after_first(office: Office) -> None:
    """Send an issue, and pause it when one reader has got it."""

    def pause() -> None:
        if len(office.carrier.taken) == 1:
            steering.pause(office.store, 1, now=office.now)

    office.carrier.before = pause
    office.at(SLOT).send_due()
    office.carrier.before = lambda: None
    assert len(office.carrier.taken) == 1


def lose(office: Office) -> Path:
    """Lose what was kept; give the path."""
    (path,) = (office.folder / "public" / "images").iterdir()
    path.unlink()
    return path


def test_nothing_is_written_down_while_an_image_is_not_found_where_mails_will_say(
    desk: Office,
) -> None:
    asked: list[list[bytes]] = []

    def refuse(_edition: Edition) -> None:
        asked.append(kept(desk))
        raise LinkError("the mails would show an image that is not there")

    day = sending.send_due(desk.shop, with_post(desk.at(SLOT), check_edition=refuse), now=SLOT)

    assert [str(trouble) for trouble in day.troubles] == [
        "the mails would show an image that is not there"
    ]
    assert asked == [[draw()]]
    assert desk.store.issues.all() == ()


def test_check_looks_at_the_images_of_later_issues_too(desk: Office) -> None:
    desk.configure("count", "1")
    desk.write_qa("chairs", day=2).write_text(
        (desk.folder / "content/chairs.md").read_text() + "\n![A chair](gone.png)\n"
    )

    plan = desk.plan()

    assert [choice.qa.slug for choice in plan.selection.chosen] == ["tea"]
    found = [finding for finding in checking.of_plan(desk.shop, plan) if finding.line]
    assert [(finding.id, finding.place) for finding in found] == [
        ("image/unusable", "content/chairs.md:17:1")
    ]
