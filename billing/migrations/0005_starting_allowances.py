from django.db import migrations

# Source: the published free allowances of GOV.UK Notify, fragments a financial year.
YEARS = (2016, 2021, 2022, 2024, 2026)
ALLOWANCES = [
    (("central", "nhs_central"), (250_000, 150_000, 40_000, 30_000, 20_000)),
    (("local", "nhs_local", "emergency_service"), (25_000, 25_000, 20_000, 10_000, 10_000)),
    (("school_or_college", "other"), (25_000, 10_000, 10_000, 5_000, 5_000)),
    (("nhs_gp",), (25_000, 10_000, 10_000, 0, 0)),
]


def insert_allowances(apps, schema_editor):
    """Insert what is not there; allowances that an operator entered stay."""
    DefaultAnnualAllowance = apps.get_model("billing", "DefaultAnnualAllowance")
    DefaultAnnualAllowance.objects.bulk_create(
        [
            DefaultAnnualAllowance(
                organisation_type=kind,
                valid_from_financial_year_start=year,
                allowance=allowance,
                notification_type="sms",
            )
            for kinds, allowances in ALLOWANCES
            for kind in kinds
            for year, allowance in zip(YEARS, allowances, strict=True)
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_allowances_and_budgets")]
    operations = [migrations.RunPython(insert_allowances, migrations.RunPython.noop)]
