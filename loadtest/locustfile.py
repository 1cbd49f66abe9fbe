"""Load on qlite and, beside it, on the upstream without qlite; the difference is what qlite adds.

    locust -f loadtest/locustfile.py --host http://localhost:8080 --users 20 --spawn-rate 5 --run-time 60s --headless

--host is the proxy. Environment:
    MOCK_URL          the upstream's base URL for the direct tasks (http://localhost:9999/v1)
    QLITE_TEST_MODEL  the model asked for (gpt-4o-mini)
    OPENAI_API_KEY    sent as the bearer token (sk-loadtest); the mock takes any

Every reply is read to its end and checked: JSON with choices, or a stream that ends with `data: [DONE]`; anything else is
a failure, and Locust then exits with 1. A stream counts twice in Locust's table: as POST with the time to its end, and as
TTFB with the time to the first byte of its body.
"""

import json
import os
import time

from locust import HttpUser, between, events, task
from locust.runners import MasterRunner

MODEL = os.environ.get("QLITE_TEST_MODEL", "gpt-4o-mini")
MOCK_URL = os.environ.get("MOCK_URL", "http://localhost:9999/v1").rstrip("/")
API_KEY = os.environ.get("OPENAI_API_KEY") or "sk-loadtest"

PATH = "/chat/completions"
PROXIED = "/v1" + PATH
DIRECT = MOCK_URL + PATH
DONE = b"data: [DONE]"

# (request type, name) -> milliseconds of every request that succeeded. Locust's own table rounds to whole milliseconds
# and, from 100 ms on, to tens: coarser than the difference that is looked for.
samples: dict[tuple[str, str], list[float]] = {}


@events.request.add_listener
def collect(request_type, name, response_time, exception=None, **_):
    if exception is None:
        samples.setdefault((request_type, name), []).append(response_time)


class ChatUser(HttpUser):
    wait_time = between(0.5, 2)

    @task(3)
    def proxy_non_streaming(self):
        self.ask(PROXIED, "proxy_non_streaming")

    @task(3)
    def proxy_streaming(self):
        self.ask_stream(PROXIED, "proxy_streaming")

    @task(1)
    def direct_non_streaming(self):
        self.ask(DIRECT, "direct_non_streaming")

    @task(1)
    def direct_streaming(self):
        self.ask_stream(DIRECT, "direct_streaming")

    def post(self, url, name, stream):
        return self.client.post(
            url,
            name=name,
            json={
                "model": MODEL,
                "messages": [{"role": "user", "content": "Say hello."}],
                "stream": stream,
            },
            headers={"Authorization": f"Bearer {API_KEY}"},
            stream=stream,
            timeout=30,
            catch_response=True,
        )

    def ask(self, url, name):
        with self.post(url, name, stream=False) as reply:
            if reply.status_code != 200:
                reply.failure(f"status {reply.status_code}")
                return
            try:
                choices = json.loads(reply.content).get("choices")
            except (ValueError, AttributeError) as error:
                reply.failure(f"not a JSON object: {error}")
                return
            if not choices:
                reply.failure("JSON without choices")

    def ask_stream(self, url, name):
        started = time.perf_counter()
        first_ms = None
        body = b""
        with self.post(url, name, stream=True) as reply:
            if reply.status_code != 200:
                reply.failure(f"status {reply.status_code}")
                return
            try:
                # A chunk size of None gives what has arrived; a number would wait until so many bytes are there.
                for piece in reply.iter_content(chunk_size=None):
                    if first_ms is None:
                        first_ms = (time.perf_counter() - started) * 1000
                    body += piece
            except Exception as error:  # requests raises several unrelated classes when a body breaks off
                reply.failure(f"stream broke off after {len(body)} bytes: {type(error).__name__}")
                return
            # Locust stops its clock at the head of a streamed reply; what counts here is the end.
            reply.request_meta["response_time"] = (time.perf_counter() - started) * 1000
            reply.request_meta["response_length"] = len(body)
            if not body.rstrip().endswith(DONE):
                reply.failure("stream did not end with data: [DONE]")
                return
        events.request.fire(
            request_type="TTFB",
            name=name,
            response_time=first_ms,
            response_length=0,
            exception=None,
            context={},
        )


def percentile(values, part):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-len(ordered) * part // 100) - 1))]


@events.quit.add_listener
def print_added_latency(exit_code, **_):
    rows = [
        ("unary, total", "POST", "non_streaming"),
        ("stream, first byte", "TTFB", "streaming"),
        ("stream, total", "POST", "streaming"),
    ]
    parts = (50, 95, 99)
    print("\nAdded latency: proxied minus direct, in milliseconds")
    print(f"{'':20}{'proxied':>9}{'direct':>9}" + "".join(f"{f'p{part}':>27}" for part in parts))
    for label, kind, suffix in rows:
        proxied = samples.get((kind, f"proxy_{suffix}"), [])
        direct = samples.get((kind, f"direct_{suffix}"), [])
        line = f"{label:20}{len(proxied):>9}{len(direct):>9}"
        if not proxied or not direct:
            print(line + "   too few samples")
            continue
        for part in parts:
            ours, theirs = percentile(proxied, part), percentile(direct, part)
            line += f"{f'{ours:.2f} - {theirs:.2f} = {ours - theirs:+.2f}':>27}"
        print(line)
    print("A p99 of fewer than some 1,000 samples is little more than the slowest one.", flush=True)


@events.init.add_listener
def refuse_workers(environment, **_):
    if isinstance(environment.runner, MasterRunner):
        print("The added latency is computed from one process's samples: run without --master and --processes.")
