"""Edge: the files of a site's theme as they are shipped, and a copy of one for the site."""

import os
from pathlib import Path

from pipeline import shipped
from pipeline.app.site import Site
from pipeline.content import writing
from pipeline.errors import ConfigError


def of_theme(theme: str) -> dict[str, Path]:
    """Find the shipped files of a theme by their names, those that all share among them."""
    folders = (shipped.shared_templates(), shipped.templates() / theme)
    return {
        path.name: path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    }


def own(site: Site, name: str) -> Path | None:
    """Find the site's file that stands before a shipped one."""
    theme = site.settings.document.newsletter.theme
    folder = site.folder / "templates"
    return next(
        (path for path in (folder / theme / name, folder / name) if os.path.lexists(path)),
        None,
    )


def copy(site: Site, name: str) -> Path:
    """Copy a shipped file into the site's templates; nothing is written over."""
    theme = site.settings.document.newsletter.theme
    found = of_theme(theme).get(name)
    if found is None:
        raise ConfigError(
            f"the theme {theme!r} has no file {name!r}", remedy="`mailbag template` lists them"
        )
    taken = own(site, name)
    if taken is not None:
        raise ConfigError(
            "the site has this file already",
            place=taken.relative_to(site.folder).as_posix(),
            remedy="change it, or move it away first",
        )
    path = site.folder / "templates" / name
    writing.write_bytes_atomically(path, found.read_bytes())
    return path
