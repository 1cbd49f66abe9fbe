from poet import poem


def test_gives_a_poem(client):
    assert poem(client, "YAML") == "Roses are red, YAML is blue."


def test_asks_again_when_there_are_too_many_requests(client, scope):
    scope.on(
        {"user": "poem"},
        faults=[{"on": {"first": 2}, "status": 429, "retry_after_ms": 0}],
        response="Third time lucky.",
    )
    assert poem(client, "patience") == "Third time lucky."
    assert [request["status"] for request in scope.requests()] == [429, 429, 200]


def test_keeps_what_came_of_a_poem_that_breaks_off(client, scope):
    scope.on({"user": "poem"}, response="One two three four", faults=[{"after": {"events": 3}, "close": "reset"}])
    assert poem(client, "breaking") == "One two"
