"""Read cells the way people see them."""

from notify_project.recipients.characters import remove_obscure


def clean_cell(text: str) -> str:
    """Return what a cell says, without the white space nobody sees."""
    return remove_obscure(text).strip()
