import pypdfium2
import pytest

from notify_project.api.errors import ServiceUnavailable
from services.read_models import find_service
from services.tests.factories import UserFactory
from templates_app import letter_attachments
from templates_app.letter_attachments import AttachmentRefused, archive_attachment, attach
from templates_app.letter_preview import preview_pages
from templates_app.models import LetterAttachment, TemplateHistory
from templates_app.read_models import find_template, find_version
from templates_app.tests.attachments import pdf
from templates_app.tests.factories import TemplateFactory
from templates_app.validation import InvalidTemplate
from templates_app.versions import archive_template, update_template

pytestmark = pytest.mark.django_db
MAP = pdf([(100, 150, "Map")], [(100, 150, "Legend")])


def pages_of(template, version):
    service = find_service(template.service_id)
    printed = preview_pages(find_version(template.id, version), service, {})
    document = pypdfium2.PdfDocument(printed.pdf)
    assert len(document) == printed.pages
    return [page.get_textpage().get_text_range() for page in document]


def test_each_version_has_the_attachment_that_it_was_made_with(files):
    actor, template = UserFactory(), TemplateFactory(letter=True)

    attach(template, MAP, file_name=" map.pdf ", actor=actor)
    changed = update_template(template, actor=actor, content="Newer")
    archive_attachment(changed, actor=actor)

    row = LetterAttachment.objects.get()
    assert (row.original_filename, row.page_count, row.created_by) == ("map.pdf", 2, actor)
    assert (row.archived_by, row.archived_at is None) == (actor, False)
    kept = TemplateHistory.objects.filter(id=template.id).order_by("version")
    assert list(kept.values_list("letter_attachment_id", flat=True)) == [None, row.id, row.id, None]
    assert [len(pages_of(template, version)) for version in (1, 2, 3, 4)] == [1, 3, 3, 1]
    first, second, third = pages_of(template, 3)
    assert "Page 1 of 1" in first
    assert (second.strip(), third.strip()) == ("Map", "Legend")
    assert find_template(template.service_id, template.id).letter_attachment_id is None


def test_a_template_has_one_attachment_and_only_one_that_is_there_is_archived(files):
    template = TemplateFactory(letter=True)

    with pytest.raises(AttachmentRefused, match="letter-attachment-already-archived"):
        archive_attachment(template, actor=None)
    attach(template, MAP, file_name="map.pdf", actor=None)
    with pytest.raises(AttachmentRefused, match="template-already-has-attachment"):
        attach(template, MAP, file_name="map.pdf", actor=None)

    assert LetterAttachment.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x" * (5 * 1024 * 1024 + 1), "5 MB"),
        (b"x", "unable-to-read-the-file"),
        (pdf([(100, 150, "x")], [(2, 100, "x")]), "content-outside-printable-area on page 2"),
    ],
    ids=["big", "no PDF", "outside"],
)
def test_a_file_that_cannot_be_printed_is_not_attached(files, content, message):
    template = TemplateFactory(letter=True)

    with pytest.raises(AttachmentRefused, match=message):
        attach(template, content, file_name="map.pdf", actor=None)

    template.refresh_from_db()
    assert (template.version, LetterAttachment.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("ending", "refused"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", AttachmentRefused),
        ("raise SystemExit(1)", ServiceUnavailable),
    ],
    ids=["too much for it", "a bug of ours"],
)
def test_a_file_is_opened_where_it_can_break_nothing(
    files, monkeypatch, tmp_path, settings, ending, refused
):
    (tmp_path / "stand_in_for_reader.py").write_text(ending)
    monkeypatch.setattr(letter_attachments, "_CHILD", "stand_in_for_reader")
    settings.BASE_DIR = tmp_path

    with pytest.raises(refused):
        attach(TemplateFactory(letter=True), MAP, file_name="map.pdf", actor=None)

    assert not LetterAttachment.objects.exists()


def test_texts_and_archived_templates_have_no_attachments(files):
    archived = archive_template(TemplateFactory(letter=True), actor=None)

    for template in (TemplateFactory(), archived):
        with pytest.raises(InvalidTemplate):
            attach(template, MAP, file_name="map.pdf", actor=None)
