from datetime import date
from decimal import Decimal

from django.db import migrations

from notify_project.clock import london_midnight

# Source: the published price list of GOV.UK Notify, pounds for each fragment.
SMS = [
    ("2016-05-18", "0.0165"),
    ("2017-04-01", "0.0158"),
    ("2021-04-01", "0.0160"),
    ("2022-04-01", "0.0161"),
    ("2022-05-01", "0.0172"),
    ("2023-04-01", "0.0197"),
    ("2024-04-01", "0.0227"),
    ("2025-04-01", "0.0233"),
    ("2026-04-01", "0.0240"),
]
# Source: the same, pounds for each letter of 1, 2, ... sheets; for crown bodies, for others.
CROWN, OTHERS, BOTH = (True,), (False,), (True, False)
LETTERS = [
    ("2016-04-01", "second", CROWN, "0.30 0.33 0.36"),
    ("2016-04-01", "second", OTHERS, "0.33 0.39 0.45"),
    ("2018-10-01", "second", BOTH, "0.30 0.35 0.40 0.45 0.50"),
    ("2018-10-01", "first", BOTH, "0.56 0.61 0.66 0.71 0.76"),
    ("2019-10-01", "second", BOTH, "0.35 0.40 0.45 0.50 0.55"),
    ("2019-10-01", "first", BOTH, "0.61 0.66 0.71 0.76 0.81"),
    ("2020-07-01", "europe", BOTH, "0.84 0.92 1.00 1.08 1.16"),
    ("2020-07-01", "rest-of-world", BOTH, "0.84 0.92 1.00 1.08 1.16"),
    ("2021-02-01", "second", BOTH, "0.39 0.44 0.49 0.54 0.59"),
    ("2021-02-01", "first", BOTH, "0.69 0.74 0.79 0.84 0.89"),
    ("2022-03-01", "second", BOTH, "0.41 0.46 0.51 0.56 0.61"),
    ("2022-03-01", "first", BOTH, "0.63 0.68 0.73 0.78 0.83"),
    ("2023-01-23", "second", BOTH, "0.47 0.52 0.57 0.62 0.67"),
    ("2023-01-23", "first", BOTH, "0.72 0.77 0.82 0.87 0.92"),
    ("2023-11-01", "second", BOTH, "0.54 0.59 0.63 0.68 0.73"),
    ("2023-11-01", "first", BOTH, "0.82 0.86 0.90 0.96 1.00"),
    ("2024-07-01", "second", BOTH, "0.61 0.65 0.68 0.75 0.79"),
    ("2024-07-01", "first", BOTH, "0.97 1.01 1.05 1.11 1.15"),
    ("2025-04-01", "second", BOTH, "0.68 0.72 0.77 0.82 0.86"),
    ("2025-04-01", "first", BOTH, "1.49 1.53 1.57 1.63 1.67"),
    ("2025-04-01", "economy", BOTH, "0.59 0.64 0.68 0.73 0.78"),
    ("2026-01-05", "second", BOTH, "0.73 0.77 0.82 0.87 0.91"),
    ("2026-01-05", "economy", BOTH, "0.64 0.69 0.73 0.78 0.82"),
    ("2026-04-07", "first", BOTH, "1.56 1.61 1.66 1.71 1.76"),
    ("2026-05-03", "europe", BOTH, "1.80 1.84 1.88 1.92 1.96"),
    ("2026-05-03", "rest-of-world", BOTH, "1.80 1.84 1.88 1.92 1.96"),
]


def midnight(day):
    return london_midnight(date.fromisoformat(day))


def letter_rates(LetterRate):
    """Return the rows of the list: each price ends when the next of its kind begins."""
    following = {}
    rows = []
    for day, post_class, crowns, prices in reversed(LETTERS):
        for crown in crowns:
            for sheets, price in enumerate(prices.split(), start=1):
                kind = (sheets, crown, post_class)
                rows.append(
                    LetterRate(
                        sheet_count=sheets,
                        crown=crown,
                        post_class=post_class,
                        rate=Decimal(price),
                        start_date=midnight(day),
                        end_date=following.get(kind),
                    )
                )
                following[kind] = midnight(day)
    return rows


def insert_prices(apps, schema_editor):
    """Insert what is not there; prices that an operator entered stay."""
    Rate = apps.get_model("billing", "Rate")
    LetterRate = apps.get_model("billing", "LetterRate")
    Rate.objects.bulk_create(
        [Rate(rate=Decimal(rate), valid_from=midnight(day)) for day, rate in SMS],
        ignore_conflicts=True,
    )
    LetterRate.objects.bulk_create(letter_rates(LetterRate), ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_guards")]
    operations = [migrations.RunPython(insert_prices, migrations.RunPython.noop)]
