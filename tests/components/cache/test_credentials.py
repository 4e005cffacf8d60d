"""The credential helper: what is in the Secret's files reaches the registry, whatever it is made of."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.components.cache.janitors import PROGRAMS, Shell

NOT_FOUND = "credentials not found in native keychain\n"


def helper(tools: Shell, folder: Path, verb: str = "get", server: str = "registry.example.com:5000") -> tuple[int, str]:
    run = subprocess.run(
        [tools.program, PROGRAMS / "credentials.sh", verb],
        input=server.encode(),
        env={"PATH": tools.path, "UPSTREAM_CREDENTIALS": str(folder)},
        capture_output=True,
        check=False,
    )
    assert run.stderr == b""
    return run.returncode, run.stdout.decode()


def write(folder: Path, username: bytes, password: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "username").write_bytes(username)
    (folder / "password").write_bytes(password)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        'a"b',
        "a\\b",
        "\\",
        "\\n\\u0041\\\\",
        "tab\there",
        "line\nline",
        "a\r\nb",
        "$HOME `id` $(id) ${x} 'q' *",
        "% %s %n %c",
        "& \\& \\\\& \\1",
        "grüße ✓ 🦀",
        " spaces around ",
        "".join(chr(number) for number in range(1, 32)) + "x",
        "\x7f",
        "</script>",
        "x" * 5000,
        '{"type": "service_account", "private_key": "-----BEGIN\\n"}',
    ],
)
def test_every_character_arrives(tools: Shell, tmp_path: Path, text: str):
    write(tmp_path / "secret", text.encode(), b"before " + text.encode() + b" after")
    code, output = helper(tools, tmp_path / "secret")
    assert code == 0
    assert json.loads(output) == {"ServerURL": "registry.example.com:5000", "Username": text, "Secret": f"before {text} after"}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n"])
def test_the_newline_at_the_end_of_a_carelessly_made_secret_is_left_out(tools: Shell, tmp_path: Path, end: bytes):
    write(tmp_path / "secret", b"robot" + end, b"pass" + end)
    answer = json.loads(helper(tools, tmp_path / "secret")[1])
    assert (answer["Username"], answer["Secret"]) == ("robot", "pass")


def test_a_changed_secret_is_taken_up(tools: Shell, tmp_path: Path):
    secret = tmp_path / "secret"
    for password in (b"one", b"two"):
        write(secret, b"robot", password)
        assert json.loads(helper(tools, secret)[1])["Secret"] == password.decode()


def test_a_mounted_secret_is_read_behind_its_link(tools: Shell, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.mkdir()
    for name in ("username", "password"):
        (secret / name).symlink_to(f"..data/{name}")
    for number in (1, 2):
        version = secret / f"..2026_{number}"
        write(version, f"robot{number}".encode(), f"pass{number}".encode())
        (secret / "..data_tmp").symlink_to(version.name)
        (secret / "..data_tmp").rename(secret / "..data")
        answer = json.loads(helper(tools, secret)[1])
        assert (answer["Username"], answer["Secret"]) == (f"robot{number}", f"pass{number}")


@pytest.mark.parametrize("missing", ["both", "username", "password", "empty username", "empty password"])
def test_without_both_the_answer_is_that_there_are_none(tools: Shell, tmp_path: Path, missing: str):
    secret = tmp_path / "secret"
    if missing != "both":
        write(secret, b"robot", b"pass")
        name = missing.rsplit(maxsplit=1)[-1]
        if missing.startswith("empty"):
            (secret / name).write_bytes(b"\n")
        else:
            (secret / name).unlink()
    assert helper(tools, secret) == (1, NOT_FOUND)


@pytest.mark.parametrize("verb", ["store", "erase", "list", ""])
def test_nothing_else_is_known(tools: Shell, tmp_path: Path, verb: str):
    write(tmp_path / "secret", b"robot", b"pass")
    code, output = helper(tools, tmp_path / "secret", verb)
    assert code == 1
    assert "pass" not in output


def test_it_is_executable_as_it_is_and_says_for_which_shell():
    file = PROGRAMS / "credentials.sh"
    assert file.read_text().startswith("#!/bin/sh\n")
    assert file.stat().st_mode & 0o111
