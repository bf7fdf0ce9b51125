"""``GET /metrics``: numbers about the whole platform, for Prometheus."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from notify_project import clock
from notify_project.monitoring import counted, gauges
from notify_project.monitoring.exposition import CONTENT_TYPE, Family, Sample, text_of
from notify_project.monitoring.gauges import Gauge, Reading
from notify_project.monitoring.measure import counted as totals
from notify_project.monitoring.measure import measure


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever has the token; without one in the settings there is no such page.

    Raises:
        Http404: no token is set.
    """
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    readings = measure(clock.now())
    families = [_family(gauge, readings) for gauge in gauges.ALL]
    text = text_of([*families, *counted.families(totals())])
    return HttpResponse(text, content_type=CONTENT_TYPE)


def _family(gauge: Gauge, readings: list[Reading]) -> Family:
    samples = [
        Sample(reading.value, dict(zip(gauge.labels, reading.labels, strict=True)))
        for reading in readings
        if reading.gauge is gauge
    ]
    return Family(gauge.name, "gauge", gauge.help, samples)
