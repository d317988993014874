"""Encrypt to the site's recovery key with age, and decrypt, as a stream: a backup is never whole in memory.

Whatever is wrong with what was encrypted is one error, Tampered; a key that does not fit is another, Denied.
"""

import gzip
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

from calvox.common.errors import BadInput, Denied, NotFound, Tampered
from calvox.common.i18n import t

T = TypeVar("T")


def encrypt(write: Callable[[IO[bytes]], None], recipient: str, out: IO[bytes]) -> None:
    """Encrypt what `write` writes; age pulls, so that a thread of its own pushes.

    Raises:
        BadInput: The recipient is none.
        OSError: What was encrypted cannot be written.
    """
    pyrage = _pyrage()
    try:
        to = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise BadInput(t("“{text}” is no recovery key’s public half", text=recipient)) from error
    with _piped(write) as source:
        try:
            pyrage.encrypt_io(source, out, [to])
        except pyrage.EncryptError as error:
            raise OSError(str(error)) from error


def decrypt(source: IO[bytes], identity: str, read: Callable[[IO[bytes]], T]) -> T:
    """Decrypt for `read` to read; age pushes.

    Raises:
        Denied: It is encrypted to another recovery key.
        Tampered: It was cut off or changed, or `read` cannot make sense of it.
    """
    pyrage = _pyrage()
    wrong: list[Exception] = []

    def push(sink: IO[bytes]) -> None:
        try:
            pyrage.decrypt_io(source, sink, [pyrage.x25519.Identity.from_str(identity)])
        except (pyrage.DecryptError, OSError) as error:
            wrong.append(error)

    try:
        with _piped(push) as plain:
            value = read(plain)
    except (tarfile.TarError, EOFError, OSError, ValueError, gzip.BadGzipFile, zlib.error) as error:
        _raise_wrong(wrong)
        raise broken(str(error)) from error
    except Tampered:
        _raise_wrong(wrong)
        raise
    _raise_wrong(wrong)
    return value


def _raise_wrong(wrong: list[Exception]) -> None:
    for error in wrong:
        if isinstance(error, BrokenPipeError):
            continue
        if "No matching keys" in str(error):
            raise Denied(
                t("This backup is encrypted to another recovery key"),
                hint=t("Take the paper that was printed for this server."),
            ) from error
        raise broken(str(error)) from error


def broken(why: Any) -> Tampered:
    """Make the error for a backup that does not hold, with what to do next."""
    hint = t("Take another copy of this backup, or the one before it.")
    return Tampered(t("The backup cannot be read: {why}", why=why), hint=hint)


@contextmanager
def _piped(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Give a file to read from what a thread writes; its error is raised here."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with os.fdopen(writing, "wb") as sink:
                write(sink)
        except BrokenPipeError:
            pass
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="backup", daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as source:
            yield source
    finally:
        thread.join()
        if failed:
            raise failed[0]


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise NotFound(t("The package pyrage is not installed"), hint=t("Install calvox[server].")) from error
    return pyrage
