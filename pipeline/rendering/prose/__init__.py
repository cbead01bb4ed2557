"""The texts of people: Markdown as tokens, and these as XHTML and as plain text."""
