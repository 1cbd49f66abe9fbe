"""The program under test."""

from openai import OpenAI


def ask(client: OpenAI, topic: str):
    messages = [{"role": "user", "content": f"A poem about {topic}"}]
    return client.chat.completions.create(model="gpt-5.4-mini", messages=messages, stream=True)


def poem(client: OpenAI, topic: str) -> str:
    """Gives a poem, whatever has come of it when the stream breaks off."""
    text = ""
    try:
        for chunk in ask(client, topic):
            text += chunk.choices[0].delta.content or "" if chunk.choices else ""
    except Exception as error:
        if text == "":
            raise error
    return text
