"""From files and pasted text to a raw table."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from engine.data.arrays import read_array, read_arrays
from engine.data.progress import CancelledError, Progress, unheard
from engine.data.raw import RawTable
from engine.data.sheets import read_parquet, read_workbook
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.data.text_files import read_letters
from engine.data.typed import refuse_too_large

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7-Zip"}


def read_file(path: Path, how: ReadingSpec | None = None, progress: Progress | None = None) -> RawTable:
    """Reads a table from a file, whatever kind it is; its first bytes tell, not its name.

    Raises ``DataError`` with one sentence that names row and column where there is one, ``OSError`` when the file
    cannot be opened, and whatever ``progress`` raises.
    """
    how, progress = how or ReadingSpec(), progress or unheard
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(0)
        if not head:
            raise DataError(f"{path.name} is empty; there is no table in it")
        packed = next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)
        if packed:
            raise DataError(f"{path.name} is packed with {packed}; unpack it and open what is in it")
        if head.startswith(b"PAR1"):
            return read_parquet(path, progress)
        if head.startswith(b"\x93NUMPY"):
            return read_array(path, progress)
        if head.startswith(_OLD_WORKBOOK):
            return read_workbook(path, how, progress)
        if head.startswith(b"PK\x03\x04"):
            return _from_archive(path, how, progress)
        return read_letters(file, path.stat().st_size, how, path.name, progress)


def _from_archive(path: Path, how: ReadingSpec, progress: Progress) -> RawTable:
    """Workbooks and files of several arrays are ZIP archives."""
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
    except BadZipFile:
        raise DataError(f"{path.name} is damaged; save or download it again") from None
    refuse_too_large(sum(member.file_size for member in members), 0, path.name)
    names = {member.filename for member in members}
    if any(name.startswith("xl/workbook.") for name in names) or "content.xml" in names:
        return read_workbook(path, how, progress)
    if names and all(name.endswith(".npy") for name in names):
        return read_arrays(path, how, progress)
    raise DataError(f"{path.name} is an archive without a table; unpack it and open what is in it")


def read_text(text: str, how: ReadingSpec | None = None, progress: Progress | None = None) -> RawTable:
    """Reads a pasted table. Raises like ``read_file``."""
    how = (how or ReadingSpec()).edited(encoding="utf-8")
    letters = text.encode("utf-8", "replace")
    return read_letters(BytesIO(letters), len(letters), how, "the pasted table", progress or unheard)


__all__ = ["CancelledError", "Progress", "read_file", "read_text"]
