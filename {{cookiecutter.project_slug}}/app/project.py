"""What this app was called when it was generated; the setting `APP_NAME` replaces the title."""

NAME = "{{ cookiecutter.__project_name | inside_quotes }}"  # fmt: skip
SLUG = "{{ cookiecutter.project_slug }}"
# template: if cookiecutter is not defined
NAME = "The template itself"
SLUG = "template"
# template: endif
