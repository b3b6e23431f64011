"""A small folder of documents."""

import pytest

from connectors.docs import folder


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "papers"
    (root / "board").mkdir(parents=True)
    (root / "plan.md").write_text("# The plan\n\nShip [Kestrel](https://example.com/k) in May.\n")
    (root / "board" / "notes.txt").write_text("Board notes\n\nThe budget was agreed.\n")
    (root / "page.html").write_text("<title>A page</title><body><h1>Top</h1><p>Text</p></body>")
    return root


def folder_of(shelf, root, include=None, exclude=None):
    return shelf(folder, path=str(root), include=include, exclude=exclude)
