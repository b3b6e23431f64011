"""A repository to work in, made by the real git."""

import os
import subprocess

import pytest


class Work:
    """A repository to work in. Each commit is an hour after the one before."""

    def __init__(self, path, *init):
        self.path, self.hours = path, 0
        path.mkdir(parents=True, exist_ok=True)
        self("init", "-q", "-b", "main", *init)

    def __call__(self, *arguments, **settings):
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "Ann@Example.com",
            "GIT_COMMITTER_NAME": "Bo",
            "GIT_COMMITTER_EMAIL": "bo@example.com",
            "GIT_AUTHOR_DATE": f"{1_767_225_600 + 3600 * self.hours} +0200",
            "GIT_COMMITTER_DATE": f"{1_767_225_660 + 3600 * self.hours} +0000",
            **settings.pop("env", {}),
        }
        done = subprocess.run(["git", *arguments], cwd=self.path, env=env, check=True, capture_output=True, **settings)
        return done.stdout.decode("utf-8", "replace").strip()

    def commit(self, subject, name=None, content=None, **settings):
        self.hours += 1
        if name:
            (self.path / name).write_bytes((content or subject + "\n").encode())
            self("add", "--", name)
        self("commit", "-q", "--allow-empty", "-m", subject, **settings)
        return self("rev-parse", "HEAD")


@pytest.fixture
def work(tmp_path):
    work = Work(tmp_path / "kestrel")
    work.commit("Begin", "a.txt", "one\ntwo\n")
    work.commit("Go on\n\nWith a body\nof two lines", "a.txt", "one\nthree\nfour\n")
    return work


def shas(shelf):
    return {row["subject"]: row for row in shelf.rows("commits")}
