"""Sphinx's configuration: what `_config.yml` says. For `sphinx-build -W . OUT`; Jupyter Book does not read this."""

from kodebog.publish.config import settings

globals().update(settings())
