"""The list of third-party software is current."""

import re

import pytest

from tools import third_party

PAGE = third_party.PAGE.read_text()


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "| `" in line]


def test_it_has_each_package_of_the_requirements_in_its_version() -> None:
    listed = {name.strip("`"): version for name, version, _licence in rows("Python packages")}
    assert listed == {package.name: package.version for package in third_party.packages()}, "run make third-party"
    assert len(listed) > 50


def test_it_is_what_its_program_writes() -> None:
    assert third_party.render() == PAGE, "run make third-party"


def test_it_names_what_is_under_the_gpl_and_how_that_is_used() -> None:
    explained = {cells[0].strip("`") for cells in rows("Under licences of the GPL family")}
    copyleft = {name.strip("`") for name, _version, licence in rows("Python packages") if re.search("GPL", licence)}
    assert copyleft
    assert copyleft <= explained
    assert copyleft == set(third_party.COPYLEFT)


def test_it_has_each_vendored_file() -> None:
    folder = third_party.VENDORED.parent
    files = {path.name for path in folder.iterdir() if path.suffix in {".js", ".css"}}
    assert {cells[0].strip("`") for cells in rows("In the pages")} == files


def test_each_package_that_is_not_installed_everywhere_is_looked_up() -> None:
    requirements = (third_party.ROOT / "requirements.txt").read_text()
    of_some_pythons = set(re.findall(r"^([a-z0-9.-]+)==\S+ ; .*python_full_version", requirements, re.MULTILINE))
    left_out = (third_party.ROOT / "requirements-unneeded.txt").read_text().splitlines()[1:]
    assert of_some_pythons
    assert of_some_pythons | set(left_out) <= set(third_party.LOOKED_UP)


def test_a_package_of_unknown_licence_is_an_error() -> None:
    with pytest.raises(LookupError, match="look its licence up"):
        third_party.licence_of("no-such-package")
