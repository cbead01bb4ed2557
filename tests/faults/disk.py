"""A disk that keeps apart what was not synced: SQLite's own files, seen through its VFS.

apsw, which lets Python write a VFS, brings an SQLite of its own and no shared memory, so it cannot
keep the write-ahead log that the ledger's connections share. Therefore the table of functions is
changed under the very SQLite that the ledger uses: each file that it opens still is the usual one,
and its writes, its cuts and its syncs are noted down on the way.
"""

import _sqlite3
import ctypes
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

_Pointer, _Int, _Long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_Open = ctypes.CFUNCTYPE(_Int, _Pointer, _Pointer, _Pointer, _Int, _Pointer)
_Write = ctypes.CFUNCTYPE(_Int, _Pointer, _Pointer, _Int, _Long)
_Truncate = ctypes.CFUNCTYPE(_Int, _Pointer, _Long)
_Sync = ctypes.CFUNCTYPE(_Int, _Pointer, _Int)


class _Vfs(ctypes.Structure):
    """The beginning of ``sqlite3_vfs``."""

    _fields_: ClassVar[Sequence[Any]] = (
        ("version", _Int),
        ("file_size", _Int),
        ("longest_path", _Int),
        ("next", _Pointer),
        ("name", ctypes.c_char_p),
        ("data", _Pointer),
        ("open", _Open),
    )


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``, version 3."""

    _fields_: ClassVar[Sequence[Any]] = (
        ("version", _Int),
        ("close", _Pointer),
        ("read", _Pointer),
        ("write", _Write),
        ("truncate", _Truncate),
        ("sync", _Sync),
        ("others", _Pointer * 13),
    )


class _File(ctypes.Structure):
    """The beginning of ``sqlite3_file``."""

    _fields_: ClassVar[Sequence[Any]] = (("methods", ctypes.POINTER(_Methods)),)


@dataclass
class _Image:
    """One file: what is on the platter, and what is not yet."""

    synced: bytearray
    #: (offset, octets), or (size, None) for a cut.
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.pending:
            _apply(self.synced, change)
        self.pending.clear()


class Disk:
    """Notes down what SQLite writes from now on, in this process."""

    def __init__(self) -> None:
        self._images: dict[str, _Image] = {}
        self._paths: dict[int, str] = {}
        self._lock = threading.Lock()
        #: What SQLite holds only the address of.
        self._kept: list[Any] = []
        library = ctypes.CDLL(_sqlite3.__file__)
        find = library.sqlite3_vfs_find
        find.argtypes, find.restype = [ctypes.c_char_p], ctypes.POINTER(_Vfs)
        vfs = find(None).contents
        usual = _Open(ctypes.cast(vfs.open, _Pointer).value or 0)

        def open_(itself: int, name: int, file: int, flags: int, out: int) -> int:
            # SQLite keeps the name's very octets, and reads on behind them.
            result: int = usual(itself, name, file, flags, out)
            if result == 0 and name:
                self._watch(ctypes.string_at(name).decode(), file)
            return result

        replaced = _Open(open_)
        self._kept += [usual, replaced]
        vfs.open = replaced

    def cut_power(self, folder: Path, survives: Callable[[], bool]) -> None:
        """Write what a machine would find after it; ``survives``: of each write not synced.

        Nothing is written from then on: the process is to end.
        """
        self._lock.acquire()
        for path, image in self._images.items():
            if not path.endswith("-shm"):
                data = bytearray(image.synced)
                for change in image.pending:
                    if survives():
                        _apply(data, change)
                (folder / Path(path).name).write_bytes(data)

    def _watch(self, path: str, address: int) -> None:
        file = _File.from_address(address)
        usual = file.methods.contents
        methods = _Methods.from_buffer_copy(usual)
        with self._lock:
            self._paths[address] = path
            if path not in self._images:
                there = Path(path)
                self._images[path] = _Image(bytearray(there.read_bytes()))

        def write(file: int, data: int, size: int, offset: int) -> int:
            with self._lock:
                change = (offset, ctypes.string_at(data, size))
                self._images[self._paths[file]].pending.append(change)
                return int(usual.write(file, data, size, offset))

        def truncate(file: int, size: int) -> int:
            with self._lock:
                self._images[self._paths[file]].pending.append((size, None))
                return int(usual.truncate(file, size))

        def sync(file: int, flags: int) -> int:
            with self._lock:
                result = int(usual.sync(file, flags))
                self._images[self._paths[file]].sync()
                return result

        methods.write, methods.truncate, methods.sync = (
            _Write(write),
            _Truncate(truncate),
            _Sync(sync),
        )
        self._kept += [methods, usual]
        file.methods = ctypes.pointer(methods)


def some(seed: int) -> Callable[[], bool]:
    """Let one write in two survive."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    return lambda: rng.random() < 0.5


def _apply(data: bytearray, change: tuple[int, bytes | None]) -> None:
    at, octets = change
    if octets is None:
        del data[at:]
        return
    data.extend(bytes(max(0, at - len(data))))
    data[at : at + len(octets)] = octets
