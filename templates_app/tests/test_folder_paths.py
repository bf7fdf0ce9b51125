import pytest

from templates_app.folder_paths import join, paths_of, split
from templates_app.tests.factories import TemplateFolderFactory


@pytest.mark.parametrize(
    "names", [["A"], ["A", "B c"], ["yes/no", "x"], ["a/", "/b"], ["a\\", "b"], ["\\/", "/\\"]]
)
def test_a_path_can_be_taken_apart_again(names):
    assert split(join(names)) == names


def test_slashes_and_spaces_too_many_are_no_names():
    assert split(" / A // B /") == ["A", "B"]


def test_paths_are_in_the_order_of_the_tree(db):
    outer = TemplateFolderFactory(name="b")
    service = outer.service
    for name, parent in (("Z", outer), ("C", None), ("a", None), ("A", outer)):
        TemplateFolderFactory(service=service, name=name, parent=parent)
    TemplateFolderFactory(name="of another service")

    assert list(paths_of([service.id]).values()) == ["a", "b", "b/A", "b/Z", "C"]
