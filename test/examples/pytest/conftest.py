"""A scope of the mock for each test: its own counters, fixtures and journal, so that tests may run side by side."""

import json
import os
import re
import urllib.request

import pytest
from openai import OpenAI

MOCK = os.environ["QLITE_MOCK_URL"]  # set by `qlite exec`


def control(method: str, path: str, body=None):
    """Asks the control API of the mock."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{MOCK}/__qlite/mock/{path}", data, method=method)
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


class Scope:
    def __init__(self, name: str):
        self.name = name
        self.base_url = control("POST", "scopes", {"name": name})["base_url"]

    def on(self, match: dict, **fixture):
        """Adds a fixture for this test alone, asked before those of files."""
        control("POST", f"fixtures?scope={self.name}", {"match": match, **fixture})

    def requests(self) -> list[dict]:
        return control("GET", f"requests?scope={self.name}")["requests"]

    def close(self):
        verdict = control("GET", f"verdict?scope={self.name}")
        control("DELETE", f"scopes/{self.name}")
        missed = [f"{r['method']} {r['path']}: {r['body']}" for r in verdict["unmatched"]]
        assert not missed, "answered by nothing:\n" + "\n".join(missed)


@pytest.fixture
def scope(request):
    scope = Scope(re.sub(r"[^\w.-]", "-", request.node.name))
    yield scope
    scope.close()


@pytest.fixture
def client(scope):
    return OpenAI(base_url=scope.base_url)
