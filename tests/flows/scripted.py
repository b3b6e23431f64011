"""A scripted model on loopback: a function answers each request, and every request is kept."""

import json
from collections.abc import Callable
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from blocks.model.endpoint import Endpoint

Answer = Callable[[dict[str, Any]], Any]


class Scripted:
    """`answer` takes the schema of a request and gives back what the model says, as JSON or as it stands."""

    def __init__(self, server: HTTPServer, answer: Answer) -> None:
        self.answer, self.asked = answer, []
        self.endpoint = Endpoint(base_url=server.url_for("/v1").rstrip("/"), model="gpt-4o-mini", provider="openai")
        server.expect_request("/v1/chat/completions").respond_with_handler(self.serve)

    def serve(self, request: Request) -> Response:
        sent = request.get_json()
        self.asked.append(sent)
        said = self.answer(sent["response_format"]["json_schema"]["schema"])
        text = said if isinstance(said, str) else json.dumps(said)
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": 300, "completion_tokens": 40, "total_tokens": 340}
        body = {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini", "usage": usage}
        body["choices"] = [{"index": 0, "finish_reason": "stop", "message": message}]
        return Response(json.dumps(body), content_type="application/json")
