"""zip_collect's archives: what is regular and inside is unpacked, nothing else, and no bomb."""

import io
import logging
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from autograder.batch.class_grading import grade_class
from autograder.course.archives import CarefulExtractor
from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

Files = dict[str, bytes]
GOOD: Files = {"averages.ipynb": b"{}", "data/digits.txt": b"1 2 3"}


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Files, mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zip_with_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("good.txt", "good")
    return buffer.getvalue()


def tar_with_links() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        pipe = tarfile.TarInfo("pipe")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
        info = tarfile.TarInfo("good.txt")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"good"))
    return buffer.getvalue()


def unpacked(tmp_path: Path, archives: Files, **limits: int) -> Files:
    """Unpack archives; return what is there then, archives within archives left out."""
    source, target = tmp_path / "in", tmp_path / "a" / "b" / "out"
    target.mkdir(parents=True)
    for name, content in archives.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    extractor = CarefulExtractor(config=Config({"CourseDirectory": limits}))
    extractor.extract(str(source), str(target))
    found = {p for p in (tmp_path / "a").rglob("*") if p.is_file() and p.suffix != ".zip"}
    assert all(path.is_relative_to(target) for path in found)
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))
    return {str(path.relative_to(target)): path.read_bytes() for path in found}


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("student001.zip", zipped),
        ("student001.tar.gz", tarred),
        ("student001.gz", lambda files: tarred(files, "w")),
    ],
)
def test_files_are_unpacked_into_a_folder_named_like_the_archive(
    tmp_path: Path, name: str, pack: Callable[[Files], bytes]
) -> None:
    found = unpacked(tmp_path, {name: pack(GOOD), "loose.ipynb": b"{}", "group/x.zip": pack(GOOD)})
    expected = {f"{folder}/{n}": c for folder in ("student001", "group/x") for n, c in GOOD.items()}
    assert found == {**expected, "loose.ipynb": b"{}"}


def test_the_archive_of_a_class_holds_those_of_students(tmp_path: Path) -> None:
    students = {f"{name}.zip": zipped(GOOD) for name in ("student001", "student002")}
    found = unpacked(tmp_path, {"class.zip": zipped({**students, "student003.zip": b"damaged"})})
    assert set(found) == {
        f"class/{s}/{name}" for s in ("student001", "student002") for name in GOOD
    }


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/tmp/out.txt", "..", "/"])
def test_no_name_leads_out(
    tmp_path: Path, name: str, pack: Callable[[Files], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    assert unpacked(tmp_path, {"x.zip": pack({name: b"out", "good.txt": b"good"})}) == {
        "x/good.txt": b"good"
    }
    assert f"Left out {name!r} of 'x.zip': its name leads out" in caplog.text or name == "/"


@pytest.mark.parametrize("make", [zip_with_link, tar_with_links])
def test_links_and_devices_are_left_out(tmp_path: Path, make: Callable[[], bytes]) -> None:
    assert unpacked(tmp_path, {"x.zip": make()}) == {"x/good.txt": b"good"}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_file_that_is_too_large_is_left_out(
    tmp_path: Path, pack: Callable[[Files], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    files = {"large.ipynb": b"x" * 3000, "good.ipynb": b"{}"}
    found = unpacked(tmp_path, {"x.zip": pack(files)}, max_file_size=2)
    assert found == {"x/good.ipynb": b"{}"}
    assert "c.CourseDirectory.max_file_size" in caplog.text


def many_large_files() -> bytes:
    return zipped({f"{number}.ipynb": bytes(1_000_000) for number in range(30)})


def nested_bombs() -> bytes:
    return zipped({f"{number}.zip": many_large_files() for number in range(3)})


def bomb_in_a_header() -> bytes:
    return tarred_with_comment("x" * 30_000_000)


def tarred_with_comment(comment: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("good.txt")
        info.pax_headers = {"comment": comment}
        archive.addfile(info, io.BytesIO())
    return buffer.getvalue()


@pytest.mark.parametrize("bomb", [many_large_files, nested_bombs, bomb_in_a_header])
def test_a_bomb_is_refused_by_name_and_stops_no_other(
    tmp_path: Path, bomb: Callable[[], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    archives = {"a.zip": zipped(GOOD), "bomb.zip": bomb(), "z.zip": zipped(GOOD)}
    found = unpacked(tmp_path, archives, max_file_size=1500)
    assert set(found) == {f"{folder}/{name}" for folder in ("a", "z") for name in GOOD}
    refused = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(refused) == 1
    assert refused[0].startswith("bomb.zip was not unpacked: it unpacks to more than 100 times")


def test_a_damaged_file_is_left_out_and_no_other(tmp_path: Path) -> None:
    archive = zipped({"bad.ipynb": bytes(range(200)), "good.ipynb": b"{}"})
    damaged = archive.replace(bytes(range(100, 110)), bytes(10))
    assert damaged != archive
    assert unpacked(tmp_path, {"x.zip": damaged}) == {"x/good.ipynb": b"{}"}


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.course.archives.MAX_MEMBERS", 3)
    assert unpacked(tmp_path, {"x.zip": zipped({str(n): b"" for n in range(4)})}) == {}


def test_folders_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.course.archives.MAX_MEMBERS", 3)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for number in range(4):
            info = tarfile.TarInfo(str(number))
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
    assert unpacked(tmp_path, {"x.gz": buffer.getvalue()}) == {}


def test_a_file_with_holes_is_left_out(tmp_path: Path) -> None:
    """Its zeros are not in the archive: 300 bytes would unpack to gigabytes, uncounted."""
    info = tarfile.TarInfo("holes")
    info.size = 1
    info.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(10**6)}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"x"))
    buffer.seek(0)
    with tarfile.open(fileobj=buffer) as archive:
        assert archive.getmembers()[0].issparse()
    assert unpacked(tmp_path, {"x.gz": buffer.getvalue()}) == {}


@pytest.mark.parametrize(
    "damage",
    [b"", b"PK", b"no archive", zipped(GOOD)[:-30], tarred(GOOD)[:40]],
    ids=["empty", "short", "text", "half a zip", "half a tar"],
)
def test_a_damaged_archive_stops_no_other(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    found = unpacked(tmp_path, {"a.gz": damage, "z.zip": zipped(GOOD)})
    assert set(found) == {f"z/{name}" for name in GOOD}
    assert "a.gz was not unpacked: it is damaged" in caplog.text


# nbgrader's own use of SQLAlchemy, of its classes and of files.
@pytest.mark.filterwarnings(
    "ignore:Object of type",
    "ignore:Passing unrecognized arguments",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
def test_feedback_can_be_released_to_who_was_collected_from_an_archive(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    root = released_course(
        tmp_path / "course",
        r"c.FileNameCollectorPlugin.named_regexp = r'.*/(?P<student_id>\w+)/(?P<file_id>averages)'",
        f"c.Exchange.root = {str(exchange)!r}",
    )
    archive = root / "downloaded" / "averages" / "archive"
    archive.mkdir(parents=True)
    text = nbformat.writes(answered(averages, {}))
    (archive / "student001.zip").write_bytes(zipped({"averages.ipynb": text.encode()}))
    (archive / "student005.tar.gz").write_bytes(
        tarred({"../../../../submitted/student005/x.ipynb": b"{}"})
    )
    run_here("nbgrader", "zip_collect", "averages", cwd=root)
    course = Course.open(root)
    assert [entry.student for entry in grade_class(course, "averages", jobs=1)] == ["student001"]
    api = NbGraderAPI(course.coursedir, config=course.config)
    for step in (api.generate_feedback, api.release_feedback):
        result = step("averages")
        assert result["success"], result
    assert len(list(exchange.rglob("*.html"))) == 1
