"""The base of the public API's resources: what a service's token opens, with its limits told."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from notify_project.api.views import ApiViewSet
from services.api.authentication import TokenAuthentication, caller_of
from services.caller import Caller
from services.limits import Allowance, peek, take


class ServiceViewSet(ApiViewSet):
    """A resource of the caller's service; each answer says how much more may be asked."""

    authentication_classes = [TokenAuthentication]

    caller: Caller | None = None
    allowance: Allowance | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Remember who calls."""
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS":
            self.caller = caller_of(request)

    def take_allowance(self, request: Request, notification_type: str | None) -> Allowance:
        """Take one request, and one message of a type, from the service's limits."""
        self.allowance = take(caller_of(request), notification_type)
        return self.allowance

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Add the headers that keep a caller from running into its limits."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.caller is not None:
            headers = (self.allowance or peek(self.caller)).headers
            for name, value in headers.items():
                response.headers[name] = value
            if response.status_code == 429 and "RateLimit-Reset" in headers:
                response.headers["Retry-After"] = headers["RateLimit-Reset"]
        return response
