import pytest

from notify_project.recipients.masked import masked


@pytest.mark.parametrize(
    ("recipient", "shown"),
    [
        ("07700 900123", "•••• 0123"),
        ("+44 (0)7700-900123", "•••• 0123"),
        ("jo.bloggs@example.com", "j•••@example.com"),
        ("@example.com", "•••@example.com"),
        ("A Person\n1 Road\nSW1A 1AA", "•••"),
        ("Jo\njo@example.com", "•••"),
        ("1234", "•••"),
        ("12 High Street, AB1 2345", "•••"),
        ("jo", "•••"),
        (" ", ""),
    ],
)
def test_a_recipient_is_recognised_and_not_told(recipient, shown):
    assert masked(recipient) == shown
