"""The documents: short where they promise it, whole, linked, and free of what belongs to one machine."""

import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ADRS = sorted((DOCS / "adr").glob("[0-9]*.md"))

# Each is put together here, so that this file does not hold what it seeks.
MACHINE_PATHS = ["/" + "work/", ".." + "/shared", "/" + "root/"]
REGISTRY_HOSTS = [
    name + "." + end
    for name, end in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("deb.debian", "org"),
    ]
]
SCHEME = ":" + "//"


@cache
def our_files() -> list[Path]:
    """List the files that are tracked, or would be if everything were added now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [path for path in (ROOT / name for name in listed.split("\0") if name) if path.is_file()]


def pages() -> list[Path]:
    """List our Markdown files."""
    return [path for path in our_files() if path.suffix == ".md"]


def without_code(page: str) -> str:
    """Take fenced blocks and code in a line out of a page."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL))


def anchors(page: str) -> set[str]:
    """Make the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


def broken_links(path: Path) -> list[str]:
    """List the relative links of a page that lead nowhere."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text("utf-8"))):
        if SCHEME in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(link)
    return broken


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_the_readme_is_short(name: str) -> None:
    """Each README has fewer than 120 lines."""
    assert len((ROOT / name).read_text("utf-8").splitlines()) < 120


def test_each_target_of_make_is_told() -> None:
    """In the page for whoever works on Calvox, and no other is."""
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    table = "\n".join(re.findall(r"^\| `make .*$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", table)) | {"help", "clean"} == targets | {"clean"}


def test_links_resolve() -> None:
    """Every relative link of every page leads to a file, and to a heading where it names one."""
    assert {str(path.relative_to(ROOT)): broken for path in pages() if (broken := broken_links(path))} == {}


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    """The checker finds a missing file and a missing heading, and ignores code."""
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](#one-two) [b](#three) [c](no.md) `[d](no)` [e](page.md#one-two)\n", "utf-8")
    assert broken_links(page) == ["#three", "no.md"]


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_a_decision_has_its_sections(path: Path) -> None:
    """Each ADR has title, status, date, context, decision and consequences, on a page."""
    text = path.read_text("utf-8")
    assert re.match(rf"# {path.name[:4]}: \S.*\n\n- Status: (proposed|accepted|replaced by \d{{4}})\n", text)
    assert re.search(r"^- Date: \d{4}-\d{2}-\d{2}$", text, flags=re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 75


def test_decisions_are_numbered_and_listed() -> None:
    """ADRs are numbered from 1 without a gap, and the index lists each under its title."""
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))
    index = (DOCS / "adr" / "index.md").read_text("utf-8")
    for path in ADRS:
        title = path.read_text("utf-8").splitlines()[0].partition(": ")[2]
        assert f"| {path.name[:4]} | [{title}]({path.name}) |" in index


def pins() -> dict[str, str]:
    """Give each library that is pinned in pyproject.toml, with its version."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = told["project"]["optional-dependencies"].values()
    lines = [*told["project"]["dependencies"], *(line for extra in extras for line in extra)]
    pinned = [line for line in (*lines, *told["dependency-groups"]["dev"]) if "==" in line]
    found = [re.match(r"([\w-]+)(?:\[.*\])?==([\w.]+)", line) for line in pinned]
    return {one[1]: one[2] for one in found if one}


def test_each_pin_has_its_decision() -> None:
    """The index names every pinned library with its version, and a decision that speaks of it."""
    index = (DOCS / "adr" / "index.md").read_text("utf-8").partition("\n## ")[2]
    rows = re.findall(r"^\| ([\w-]+) \| (\d[\w.]*) \| (.+) \|$", index, flags=re.MULTILINE)
    assert {name: version for name, version, _ in rows} == pins()
    for name, _, decisions in rows:
        for file in re.findall(r"\]\(([\w-]+\.md)\)", decisions):
            assert name.lower() in (DOCS / "adr" / file).read_text("utf-8").lower(), (name, file)


def test_what_is_vendored_is_credited() -> None:
    """In NOTICE and in the index of decisions with its version, and its licence lies beside it."""
    assets = ROOT / "src" / "calvox" / "web" / "common" / "assets"
    notice, index = ((ROOT / name).read_text("utf-8") for name in ("NOTICE", "docs/adr/index.md"))
    vendored = {path.name.partition(".")[0] for path in assets.glob("*.min.*")}
    assert vendored == {"htmx", "uplot"}
    for name, title, version in (("htmx", "htmx", "2.0.11"), ("uplot", "uPlot", "1.6.32")):
        assert version in (assets / f"{name}.min.js").read_text("utf-8")
        assert f"{title} {version}" in notice
        assert f"{title} {version}" in index
        assert (assets / f"{name}-LICENSE.txt").is_file()


def test_every_page_is_in_the_navigation() -> None:
    """Each page under docs/ stands in the site's navigation once, and nothing else does."""
    nav = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    listed = re.findall(r"[\w/.-]+\.md", nav)
    assert sorted(listed) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """A strict build succeeds, and no page or style sheet of it loads anything from another host."""
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    zensical = Path(sys.executable).with_name("zensical")
    command = [str(zensical), "build", "--strict", "--config-file", "mkdocs.yml"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    html = list((tmp_path / "site").rglob("*.html"))
    assert len(html) > len(ADRS)
    assert {found for page in html for found in loads_from_elsewhere(page.read_text("utf-8"))} == set()
    sheets = (tmp_path / "site").rglob("*.css")
    assert not [
        sheet for sheet in sheets if re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", sheet.read_text("utf-8"))
    ]


def loads_from_elsewhere(page: str) -> list[str]:
    """List the addresses on other hosts from which a page loads something; plain links are no loading."""
    return re.findall(r"<(?!a\b)\w[^>]*?\s(?:src|href|action|data)=[\"']?((?:https?:)?//[^\"'\s>]+)", page)


def test_something_loaded_from_elsewhere_is_found() -> None:
    """The checker finds scripts, styles and images, and lets plain links be."""
    address = "https" + SCHEME + "example.org/x"
    assert (
        loads_from_elsewhere(f'<script defer src="{address}"></script><link rel=stylesheet href={address}>')
        == [address] * 2
    )
    assert loads_from_elsewhere(f'<a class="x" href="{address}">there</a><img src="here.png">') == []


def test_the_lock_holds_no_address() -> None:
    """The lock names no index and no address, and has a hash for every package."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert SCHEME not in lock
    assert all("--hash=sha256:" in package for package in re.split(r"\n(?=\S)", lock.strip()))


def test_no_file_names_one_machine_or_a_registry() -> None:
    """No text file of ours holds a path of the machine it was written on, or the host of a package registry."""
    found = []
    for path in our_files():
        data = path.read_bytes()
        if b"\0" in data:
            continue
        text = data.decode("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {n}" for n in (*MACHINE_PATHS, *REGISTRY_HOSTS) if n in text]
    assert found == []
