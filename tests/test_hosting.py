"""What hosts read: workflows, citation, container and Binder files."""

import hashlib
import json
import re
import subprocess
import sys

import pytest
import yaml

from kodebog import paths

WORKFLOWS = sorted((paths.ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.dependabot", [paths.ROOT / ".github/dependabot.yml"]),
        ("vendor.citation-file-format", [paths.ROOT / "CITATION.cff"]),
    ],
    ids=["workflows", "dependabot", "citation"],
)
def test_files_are_as_their_schema_wants(schema, files):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert files and made.returncode == 0, made.stdout + made.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path):
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
        assert re.match(r" # v\d+\.\d+\.\d+$", comment), f"{action}: which version is it?"


def test_one_action_has_one_version():
    pins = {m for path in WORKFLOWS for m in re.findall(r"uses: (\S+)@(\S+)", path.read_text(encoding="utf-8"))}
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_may_do_no_more_than_they_must(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    writing = {
        name: [right for right, level in job.get("permissions", {}).items() if level == "write"]
        for name, job in workflow["jobs"].items()
    }
    assert {name: sorted(rights) for name, rights in writing.items() if rights} in (
        {},
        {"publish": ["id-token", "pages"]},
    )


def test_the_container_is_made_from_what_is_there():
    text = (paths.ROOT / "Dockerfile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (paths.ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"RUN make (\w+)", text)) == {"env"} <= targets
    ignored = (paths.ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".venv", "_build"} <= set(ignored) and not {"data", "notebooks", "src", ".git"} & set(ignored)


def test_binder_gets_jupyterlab_and_the_package():
    environment = yaml.safe_load((paths.ROOT / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    assert "-e .[book,lab,jupyter-book]" in pip and any(name.startswith("jupyterlab==") for name in pip)


LOCKS = [paths.LOCK, paths.ROOT / "requirements-build.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_everything_that_is_installed_is_pinned_by_hash(lock):
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
        assert "://" not in entry, "a lock file names no address"


def test_nothing_is_fetched_to_build_with():
    """What pip builds itself it builds with what the second lock file has put there."""
    text = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if re.match(r"\t@\$\(INSTALL\)", line)]
    assert [("--require-hashes" in i, "--only-binary :all:" in i, "--no-build-isolation" in i) for i in installs] == [
        (True, True, False), (True, False, True), (False, False, True),
    ]  # fmt: skip
    assert "requirements-build.lock" in installs[0] and "-e ." in installs[2] and "--no-deps" in installs[2]


def test_workflows_install_nothing_on_the_side():
    for path in WORKFLOWS:
        assert "pipx" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize(
    "record",
    sorted((paths.ROOT / "src").rglob("vendored.json")),
    ids=lambda path: path.parent.name,
)
def test_vendored_files_are_what_was_fetched(record):
    about = json.loads(record.read_text(encoding="utf-8"))
    assert set(about["files"]) == {p.name for p in record.parent.iterdir()} - {record.name}
    for name, file in about["files"].items():
        assert hashlib.sha256((record.parent / name).read_bytes()).hexdigest() == file["sha256"], name


def test_the_weekly_run_looks_for_vulnerabilities():
    weekly = yaml.safe_load((paths.ROOT / ".github/workflows/weekly.yml").read_text(encoding="utf-8"))
    assert "make audit" in str(weekly["jobs"]["audit"]["steps"][-1]["run"])
