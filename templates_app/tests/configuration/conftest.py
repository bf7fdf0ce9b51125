"""Files to apply, written as people write them."""

from textwrap import dedent

import pytest

from templates_app.configuration.applying import apply_file

SECRET = "0b0b0b0b-1111-4222-8333-444444444444"
WHOLE = """\
users:
  - name: Amala Bird
    email: amala@example.org
    mobile: "07700 900123"
    support: true
    password_env: AMALA_PASSWORD
organisations:
  - name: Council
    type: local
inbound_numbers:
  - {number: "07700900456", provider: mmg}
email_brandings:
  - name: Riverside
    type: both
    colour: "#0f766e"
    text: Riverside Library
    logo: R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=
services:
  - name: Libraries
    organisation: Council
    email_branding: Riverside
    live: true
    prefix_sms: false
    suppression_list: true
    permissions: [email, sms, inbound_sms]
    inbound_number: "07700900456"
    retention: {sms: 30, letter: 3}
    limits: {sms: 7, per_minute: 60}
    team: [amala@example.org]
    guest_list: [guest@example.org, "07700 900456"]
    sms_senders:
      - {sender: LIBRARY, default: true}
    reply_tos:
      - {email: desk@example.org, default: true}
    callbacks:
      - {type: delivery_status, url: "https://example.org/told", bearer_token_env: TOKEN}
    api_keys:
      - {name: catalogue, type: normal, secret_env: KEY_SECRET}
      - {name: staging, type: test}
    templates:
      - name: Ready
        type: email
        subject: "((title)) is ready"
        has_unsubscribe_link: true
        content: |
          Dear ((name)),

          Come and get it.
      - {name: Code, type: sms, content: "Code ((code))", process_type: priority}
"""
ENVIRONMENT = {
    "AMALA_PASSWORD": "correct horse battery",
    "TOKEN": "a token of the service",
    "KEY_SECRET": SECRET,
}


@pytest.fixture
def run(db, files):
    """Return a function that applies a text and gives the report."""

    def apply(text, *, dry_run=False, environment=ENVIRONMENT):
        return apply_file(dedent(text).encode(), dry_run=dry_run, environment=environment)

    return apply


@pytest.fixture
def problems(run):
    """Return a function that applies a text and gives its problems as people read them."""

    def apply(text, **options):
        found = run(text, **options).problems
        return [f"{each.place.line}:{each.place.column}: {each.what}" for each in found]

    return apply
