from notifications.providers.console import Console
from notifications.tests.providers.messages import EMAIL, SMS


def test_prints_that_there_was_a_text_and_nothing_of_it(capsys):
    Console({}).send(SMS)

    assert capsys.readouterr().out == f"sms {SMS.id} of {len(SMS.body)} characters\n"


def test_prints_that_there_was_an_email_and_nothing_of_it(capsys):
    Console({}).send(EMAIL)

    assert capsys.readouterr().out == f"email {EMAIL.id} of {len(EMAIL.plain)} characters\n"
