"""Code that callers can copy: each operation by curl and by the official Python client."""

import json
import shlex

from notify_project.api.operations import Operation

_SIGN = 'TOKEN=$(python deploy/make_token.py "$API_KEY")'


def samples_of(operation: Operation, host: str) -> list[dict[str, str]]:
    """Return the code, labelled; it reads the key from the variable ``API_KEY``."""
    found = [{"lang": "Shell", "label": "curl", "source": _curl(operation, host)}]
    if operation.client_call:
        source = _python(operation.client_call, host)
        found.append({"lang": "Python", "label": "Python", "source": source})
    return found


def address_of(operation: Operation) -> str:
    """Return the operation's path and query, filled with the examples."""
    path = operation.path
    for name, rules in operation.parameters.items():
        path = path.replace(f"{{{name}}}", str(rules["examples"][0]))
    return f"{path}?{operation.query_example}" if operation.query_example else path


def _curl(operation: Operation, host: str) -> str:
    words = ["curl"]
    if operation.method == "post" and operation.example is None:
        words.append("-X POST")
    if any(answer.media_type == "application/pdf" for answer in operation.answers.values()):
        words.append("-o letter.pdf")
    if operation.is_authenticated:
        words.append('-H "Authorization: Bearer $TOKEN"')
    if operation.example is not None:
        words.append(f"-d {shlex.quote(json.dumps(operation.example, indent=2))}")
    words.append(shlex.quote(host + address_of(operation)))
    command = words[0] + " " + " \\\n  ".join(words[1:])
    return f"{_SIGN}\n{command}" if operation.is_authenticated else command


def _python(call: str, host: str) -> str:
    return (
        "import os\n"
        "from notifications_python_client import NotificationsAPIClient\n\n"
        f'client = NotificationsAPIClient(os.environ["API_KEY"], base_url="{host}")\n'
        f"answer = {call}\nprint(answer)"
    )
