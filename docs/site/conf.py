"""Settings of the site that `make docs` builds.

What they mean: https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

project = "cookiecutter-flask-social-login"
html_title = project
root_doc = "index"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# The ids of headings, as GitHub makes them.
myst_heading_anchors = 4
# A snippet may leave something out with "…", which its language does not have.
suppress_warnings = ["misc.highlighting_failure"]
html_theme = "furo"
# The theme's own style for dark pages underlines names, as if they were links.
pygments_dark_style = "github-dark"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
# Pictures that pages name in HTML, where Sphinx does not look.
html_extra_path = ["extra"]
