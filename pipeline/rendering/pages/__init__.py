"""The page that MJML has made: what it promises, and what it becomes on the web."""
