"""``reindex``: a new search index for stored articles, after the text analysis changed."""

from wirewatch.bootstrap.stores import open_existing_sqlite
from wirewatch.cli.options import Database, settings_from
from wirewatch.cli.terminal import talk


def reindex(*, database: Database = None) -> None:
    """Index all stored articles again, as a release with other stems or word lists requires. The old index is used until it is done.

    Example: `wirewatch reindex --database archive.db`
    """
    settings = settings_from(database=database)
    open_existing_sqlite(settings, reindex=True).close()
    talk().print(f"{settings.database} is up to date.", markup=False)
