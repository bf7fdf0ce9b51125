import pytest

from services.models import User
from services.platform_user import PLATFORM_USER_ID, platform_user


@pytest.mark.django_db
def test_there_is_one_platform_user_and_nobody_can_sign_in_as_it():
    first, second = platform_user(), platform_user()

    assert first == second == User.objects.get(id=PLATFORM_USER_ID)
    assert not first.is_active
    assert not first.is_staff
    assert not first.has_usable_password()
