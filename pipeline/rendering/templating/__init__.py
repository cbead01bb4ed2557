"""The theme's files and Jinja2 in a sandbox, and which line of a template is at fault."""
