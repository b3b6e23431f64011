"""One document, four renderings (Markdown, HTML, Slack, terminal); in none can foreign text become markup or a link."""
