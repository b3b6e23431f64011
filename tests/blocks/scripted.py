"""A scripted OpenAI-compatible server on loopback, and what tests ask of it."""

import json
from typing import Any, Literal

from pydantic import BaseModel, Field
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from blocks.model.prompt import Example, Prompt, fence


class Pick(BaseModel):
    label: Literal["reply", "noise"]
    title: str = Field(max_length=40)


GOOD = json.dumps({"label": "reply", "title": "x"})
PROMPT = Prompt("You sort mail.", fence([{"subject": "Hello"}]), "Which label?", "Owner: Ana", (Example("a", GOOD),))


def body(text: str | None, reason: str = "stop", usage: Any = (100, 20), refusal: str | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": refusal}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m-1", "choices": []}
    answer["choices"] = [{"index": 0, "finish_reason": reason, "message": message}]
    if usage:
        answer["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return answer


class Script:
    """A server that gives its answers in turn and keeps what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.server, self.asked, self.answers = server, [], []
        server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self.serve)

    def serve(self, request: Request) -> Response:
        self.asked.append((dict(request.headers), request.get_json()))
        answer = self.answers.pop(0)
        if isinstance(answer, Response):
            return answer
        return Response(json.dumps(answer), content_type="application/json")

    def then(self, *answers: Any) -> "Script":
        self.answers += answers
        return self
