"""The documented surface over everything: `prepare(home)` installs it into a copy of the loader's file.

How a view is written is said in README.md beside this file.
"""

from connectors.views.install import install, prepare

__all__ = ["install", "prepare"]
