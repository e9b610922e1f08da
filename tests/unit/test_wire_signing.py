"""Who signed a record, and that nothing else counts as a signature."""

from __future__ import annotations

import base64
import os
import stat
import string
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tidewaiter.cli import app
from tidewaiter.errors import SettingsError
from tidewaiter.settings import load
from tidewaiter.stream.connection import tls_context
from tidewaiter.wire.signing import HEADER, PublicKey, SigningKey, TrustedKeys

KIND, VALUE = "tidewaiter.verdict.v1", b'{"decision":"block"}'
KEY, OTHER = SigningKey.create(), SigningKey.create()
TRUSTED = TrustedKeys({KEY.public.id: KEY.public})


def test_a_record_is_known_by_the_key_that_signed_it() -> None:
    signature = KEY.header(KIND, VALUE)
    assert TRUSTED.signer(KIND, VALUE, [("ce_id", b"1"), signature]) == KEY.public.id
    assert signature == KEY.header(KIND, VALUE), "the same record is signed alike wherever it is written again"


@pytest.mark.parametrize(
    ("kind", "value"), [("tidewaiter.current-rulebook.v1", VALUE), (KIND, VALUE + b" "), (KIND, b"")]
)
def test_a_signature_is_of_one_type_and_one_value(kind: str, value: bytes) -> None:
    assert TRUSTED.signer(kind, value, [KEY.header(KIND, VALUE)]) is None


def test_no_byte_of_a_signature_can_be_another() -> None:
    name, content = KEY.header(KIND, VALUE)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        assert TRUSTED.signer(KIND, VALUE, [(name, bytes(changed))]) is None, place


def test_a_signature_has_one_spelling() -> None:
    """The last letter of 64 bytes in base64 carries four bits that no byte has."""
    name, content = KEY.header(KIND, VALUE)
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    last, padding = content[:-2][-1:], content[-2:]
    assert padding == b"=="
    same = [letter for letter in letters if letters.index(letter) >> 4 == letters.index(last.decode()) >> 4]
    spellings = [content[:-3] + letter.encode() + padding for letter in same]
    assert len({base64.b64decode(each.split(b" ")[-1]) for each in spellings}) == 1
    assert len(spellings) == 16
    counted = [each for each in spellings if TRUSTED.signer(KIND, VALUE, [(name, each)])]
    assert counted == [content]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
@pytest.mark.parametrize(
    ("mode", "complaint"),
    [
        (0o600, None), (0o400, None), (0o440, None), (0o640, None),
        (0o644, "read"), (0o604, "read"), (0o660, "change"), (0o620, "change"), (0o602, "change"), (0o666, "change"),
    ],
)  # fmt: skip
def test_a_private_key_that_others_may_use_is_refused_with_what_to_do(
    tmp_path: Path, mode: int, complaint: str | None
) -> None:
    file = tmp_path / "key.pem"
    KEY.write(file)
    file.chmod(mode)
    if complaint is None:
        assert SigningKey.read(file).public.id == KEY.public.id
        return
    with pytest.raises(SettingsError, match=rf"key\.pem: .*others may {complaint} \(mode {mode:04o}\): chmod 600"):
        SigningKey.read(file)
    made = {"security_protocol": "SSL", "tls_certificate_file": file, "tls_key_file": file}
    with pytest.raises(SettingsError, match="chmod 600"):
        tls_context(load(made))


@pytest.mark.parametrize(("owner", "readonly", "accepted"), [(0, True, True), (0, False, False), (1000, True, False)])
def test_a_key_that_root_mounts_read_only_may_be_readable_inside_of_the_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int, readonly: bool, accepted: bool
) -> None:
    file = tmp_path / "key.pem"
    KEY.write(file)
    file.chmod(0o644)
    stated, mounted = os.fstat, os.fstatvfs

    def as_owned(descriptor: int) -> os.stat_result:
        return os.stat_result((*stated(descriptor)[:4], owner, *stated(descriptor)[5:]))

    def as_mounted(descriptor: int) -> SimpleNamespace:
        flags = mounted(descriptor).f_flag & ~os.ST_RDONLY
        return SimpleNamespace(f_flag=flags | (os.ST_RDONLY if readonly else 0))

    monkeypatch.setattr("tidewaiter.runtime.private_file.os.fstat", as_owned)
    monkeypatch.setattr("tidewaiter.runtime.private_file.os.fstatvfs", as_mounted)
    if accepted:
        assert SigningKey.read(file)
    else:
        with pytest.raises(SettingsError, match="others may read"):
            SigningKey.read(file)


def test_the_key_of_somebody_else_says_nothing_even_under_the_name_of_a_trusted_one() -> None:
    name, content = OTHER.header(KIND, VALUE)
    assert TRUSTED.signer(KIND, VALUE, [(name, content)]) is None
    named = content.replace(OTHER.public.id.encode(), KEY.public.id.encode())
    assert TRUSTED.signer(KIND, VALUE, [(name, named)]) is None


@pytest.mark.parametrize("content", [None, b"", b"ed25519", b"ed25519 x", b"\xff\xfe \x00", b"rsa x y"])
def test_a_header_that_is_no_signature_is_none(content: bytes | None) -> None:
    assert TRUSTED.signer(KIND, VALUE, [(HEADER, content)]) is None
    named = None if content is None else content.replace(b"x", KEY.public.id.encode())
    assert TRUSTED.signer(KIND, VALUE, [(HEADER, named), KEY.header(KIND, VALUE)]) == KEY.public.id


def test_keys_are_rotated_by_trusting_both_for_a_while(tmp_path: Path) -> None:
    file = tmp_path / "trusted.pem"
    file.write_text(KEY.public.pem + "\nthe next one, from March\n" + OTHER.public.pem)
    both = TrustedKeys.read(file)
    assert both.keys.keys() == {KEY.public.id, OTHER.public.id}
    assert both.signer(KIND, VALUE, [OTHER.header(KIND, VALUE)]) == OTHER.public.id


def test_a_key_is_made_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "publisher.pem"
    made = CliRunner().invoke(app, ["keys", "create", str(file)])
    assert made.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made.stdout == SigningKey.read(file).public.pem
    assert CliRunner().invoke(app, ["keys", "show", str(file)]).stdout == made.stdout
    again = CliRunner().invoke(app, ["keys", "create", str(file)])
    assert isinstance(again.exception, SettingsError)
    assert "exists already" in str(again.exception)


def test_a_key_that_a_full_disk_did_not_take_leaves_no_half_behind(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    file = tmp_path / "key.pem"
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom tidewaiter.wire.signing import SigningKey\n"
        "real = os.open\nos.open = lambda *told: (real(*told), real('/dev/full', os.O_WRONLY))[1]\n"
        "SigningKey.create().write(Path(sys.argv[1]))\n"
    )
    failed = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=False)
    assert "key.pem: cannot be written: No space left on device" in failed.stderr
    assert not file.exists()


def test_openssl_knows_our_keys_and_we_know_its(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.pem", tmp_path / "theirs.pem"
    KEY.write(ours)
    try:
        public = subprocess.run(["openssl", "pkey", "-in", ours, "-pubout"], capture_output=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert public.decode() == KEY.public.pem
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", theirs], capture_output=True, check=True)
    assert isinstance(SigningKey.read(theirs).public, PublicKey)


def test_a_file_that_holds_no_key_of_ours_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    for content, complaint in (
        ("", "not a private key"),
        (KEY.public.pem, "not a private key"),
    ):
        file.write_text(content)
        file.chmod(0o600)
        with pytest.raises(SettingsError, match=rf"key\.pem: is {complaint}"):
            SigningKey.read(file)
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        SigningKey.read(tmp_path / "nowhere.pem")
    file.write_text("nothing")
    with pytest.raises(SettingsError, match="has no public key"):
        TrustedKeys.read(file)
    file.write_text(KEY.public.pem + OTHER.public.pem[:60])
    with pytest.raises(SettingsError, match="is cut off: 2 keys begin but 1 end"):
        TrustedKeys.read(file)
    file.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(SettingsError, match="key 1 cannot be read"):
        TrustedKeys.read(file)
