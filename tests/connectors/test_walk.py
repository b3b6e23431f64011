"""Walking a folder: patterns, names, links, and a digest that sees every change."""

import os

import pytest

from connectors.walk import digest, matcher, open_beneath, root_of, walk
from context.errors import InputError

pytestmark = pytest.mark.row("N3")


@pytest.mark.parametrize(
    ("pattern", "key", "matches"),
    [
        ("*.md", "a/b.md", True),
        ("*.md", "b.mdx", False),
        ("drafts", "x/drafts/a.md", True),
        ("drafts/", "drafts/a.md", True),
        ("/drafts", "x/drafts/a.md", False),
        ("/drafts", "drafts/a.md", True),
        ("a/**/b?.md", "a/b1.md", True),
        ("a/**/b?.md", "a/c/d/b1.md", True),
        ("a/b?c", "a/b/c", False),
        ("a/**", "a/x/y.md", True),
        ("a/**", "a", False),
        ("a/*.md", "a/b/c.md", False),
        ("**/x.md", "x.md", True),
        ("[ab].txt", "z/a.txt", True),
        ("[!ab].txt", "z/a.txt", False),
        ("[!ab].txt", "c.txt", True),
        ("we.*ird", "weXird", False),
        ("a*b*c", "aXbYc", True),
        ("notes (old)", "notes (old)/x", True),
        ("[x", "[x", True),
        ("Cafe\u0301.md", "Caf\u00e9.md", True),
    ],
)
def test_patterns(pattern, key, matches):
    assert matcher([pattern])(key) is matches


def test_no_pattern_is_no_test():
    assert matcher([]) is None
    assert matcher(["", " / "]) is None


def test_what_is_no_pattern_is_one_line():
    with pytest.raises(InputError, match="no glob"):
        matcher(["[z-a]"])


def test_every_change_changes_the_digest(tmp_path):
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "x.md"
    path.write_text("one")
    seen = set()

    def look():
        found = digest(tmp_path, walk(tmp_path, lambda _: True), "settings")
        new = found not in seen
        seen.add(found)
        return new

    assert look()
    assert not look()
    path.write_text("two")
    assert look(), "content"
    path.chmod(0o600 if path.stat().st_mode & 0o077 else 0o644)
    assert look(), "permission"
    path.rename(tmp_path / "a" / "y.md")
    assert look(), "name"
    (tmp_path / "z.md").write_text("")
    assert look(), "another file"
    (tmp_path / "z.md").unlink()
    (tmp_path / "a" / "y.md").unlink()
    assert look(), "fewer files"


def test_a_file_is_opened_only_beneath_the_root(tmp_path):
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "in" / "x").write_text("x")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "folder").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    with open_beneath(root, "in/x") as file:
        assert file.read() == b"x"
    for name in ("link", "folder/secret", "pipe", "in"):
        with pytest.raises(OSError):
            open_beneath(root, name)


def test_a_root_that_is_a_link_is_the_owner_s_choice(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.md").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert root_of(tmp_path / "link", InputError, "steward connect docs") == tmp_path / "real"
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError):
        root_of(tmp_path / "loop", InputError, "steward connect docs")


def test_a_very_deep_tree(tmp_path):
    deep = tmp_path
    for _ in range(200):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "x.md").write_text("x")
    assert [entry.key.count("/") for entry in walk(tmp_path, lambda _: True).entries] == [200]
